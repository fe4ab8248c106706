import type { Definition, Variable } from '../../api/client';
import type { Draft } from './draft';
import type { Faults } from './rules';

// What the wizard and a definition's own screen say to each other; package profile describes it for authors of screens.

/** What a screen may be told of a variable. */
type Shown = Pick<Variable, 'name' | 'displayName' | 'description' | 'section' | 'format' | 'default' | 'required' | 'immutable' | 'regex' | 'options' | 'masked'>;

export interface Form {
  slipway: 'form';
  cluster: string;
  theme: 'light' | 'dark';
  variables: Shown[];
  values: Record<string, string>;
  faults: Faults;
}

export type Said = { kind: 'ready' } | { kind: 'values'; values: Record<string, string> } | { kind: 'height'; pixels: number };

const maxValue = 65_536;
const heights = { least: 120, most: 4000 };

/** Those that a screen may ask for: what cannot be changed is none of its business. */
export const asked = (d: Definition): Variable[] => d.variables.filter((v) => !v.hidden && !v.readOnly);

/** The form as a screen sees it. Masked values never leave the wizard. */
export function formOf(definition: Definition, draft: Draft, faults: Faults, theme: Form['theme']): Form {
  const variables = asked(definition);
  const open = variables.filter((v) => !v.masked);
  return {
    slipway: 'form', cluster: draft.name, theme,
    variables: variables.map(({ name, displayName, description, section, format, default: d, required, immutable, regex, options, masked }) => ({
      name, displayName, description, section, format, default: masked ? '' : d, required, immutable, regex, options, masked,
    })),
    values: Object.fromEntries(open.map((v) => [v.name, draft.variables[v.name] ?? v.default ?? ''])),
    faults: Object.fromEntries(Object.entries(faults).filter(([name]) => variables.some((v) => v.name === name))),
  };
}

/** What a screen said, if it is something: a screen is a stranger, so nothing of it is believed. */
export function saidBy(data: unknown, definition: Definition): Said | undefined {
  if (typeof data !== 'object' || data === null) return undefined;
  const { slipway, values, pixels } = data as { slipway?: unknown; values?: unknown; pixels?: unknown };
  if (slipway === 'ready') return { kind: 'ready' };
  if (slipway === 'height' && typeof pixels === 'number' && Number.isFinite(pixels)) {
    return { kind: 'height', pixels: Math.min(heights.most, Math.max(heights.least, Math.ceil(pixels))) };
  }
  if (slipway !== 'values' || typeof values !== 'object' || values === null) return undefined;
  const allowed = new Set(asked(definition).map((v) => v.name));
  const taken = Object.entries(values).filter((e): e is [string, string] => allowed.has(e[0]) && typeof e[1] === 'string' && e[1].length <= maxValue);
  return { kind: 'values', values: Object.fromEntries(taken) };
}

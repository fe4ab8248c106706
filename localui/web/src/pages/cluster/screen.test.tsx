import { act, cleanup, fireEvent, render, screen } from '@testing-library/react';
import { useState } from 'react';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Definition, Variable } from '../../api/client';
import { newDraft, type Draft } from './draft';
import { variableFaults } from './rules';
import { formOf, saidBy } from './screen';
import { VariablesStep } from './VariablesStep';

const variable = (v: Partial<Variable>): Variable => ({ name: 'x', format: 'string', ...v });
const definition: Definition = {
  name: 'harbour', version: '1.0.0', displayName: 'Harbour', packs: [], screen: true,
  variables: [
    variable({ name: 'berths', displayName: 'Berths', format: 'number', default: '3' }), variable({ name: 'secret', masked: true, default: '********', required: true }),
    variable({ name: 'fixed', readOnly: true, default: 'a' }), variable({ name: 'unseen', hidden: true, default: 'b' }),
  ],
};

beforeEach(() => {
  vi.spyOn(console, 'error').mockImplementation(() => {}); // this browser loads no frames, and says so
});
afterEach(() => {
  cleanup();
  vi.useRealTimers();
  vi.restoreAllMocks();
});

// Feature 102: what a screen is told.
it('tells a screen nothing that is secret or not to be asked', () => {
  const draft: Draft = { ...newDraft([], [definition]), name: 'north', variables: { berths: 'many', secret: 'hunter2' } };
  const form = formOf(definition, draft, { berths: 'Enter a number.', unseen: 'x', name: 'y' }, 'dark');
  expect(form).toMatchObject({ slipway: 'form', cluster: 'north', theme: 'dark', values: { berths: 'many' }, faults: { berths: 'Enter a number.' } });
  expect(form.variables.map((v) => v.name)).toEqual(['berths', 'secret']);
  expect(JSON.stringify(form)).not.toMatch(/hunter2|\*\*\*/);
});

// Feature 102: what is taken from it.
it.each([
  [{ slipway: 'ready' }, { kind: 'ready' }],
  [{ slipway: 'values', values: { berths: '4', secret: 's', fixed: 'z', unseen: 'z', other: 'z', __proto__: 'z' } }, { kind: 'values', values: { berths: '4', secret: 's' } }],
  [{ slipway: 'values', values: { berths: 4, secret: 'x'.repeat(65_537) } }, { kind: 'values', values: {} }],
  [{ slipway: 'height', pixels: 512.2 }, { kind: 'height', pixels: 513 }],
  [{ slipway: 'height', pixels: 1e9 }, { kind: 'height', pixels: 4000 }],
  [{ slipway: 'height', pixels: NaN }, undefined],
  [{ slipway: 'values', values: null }, undefined],
  [{ slipway: 'deploy' }, undefined],
  ['ready', undefined], [null, undefined],
])('%j', (data, want) => expect(saidBy(data, definition)).toEqual(want));

function Step({ seen }: { seen: (d: Draft) => void }) {
  const [draft, setDraft] = useState<Draft>({ ...newDraft([], [definition]), name: 'north' });
  seen(draft);
  return <VariablesStep draft={draft} change={(c) => setDraft({ ...draft, ...c })} faults={variableFaults(draft, definition)} definition={definition} />;
}

/** A message as the frame, or somebody else, would send it. */
const message = (data: unknown, source: unknown, origin = 'null') =>
  act(() => {
    const e = new MessageEvent('message', { data, origin });
    Object.defineProperty(e, 'source', { value: source });
    window.dispatchEvent(e);
  });

// Feature 102: the frame, who may speak, and the way back to the form.
it('takes values from its own frame alone, under the rules of the form', () => {
  let draft!: Draft;
  render(<Step seen={(d) => (draft = d)} />);
  const frame = screen.getByTitle<HTMLIFrameElement>('Settings of Harbour');
  expect(frame.getAttribute('sandbox')).toBe('allow-scripts');
  expect(frame.getAttribute('src')).toBe('/api/v1/definitions/harbour/1.0.0/screen');
  const heard: unknown[] = [];
  const win = { postMessage: (m: unknown) => heard.push(m) };
  Object.defineProperty(frame, 'contentWindow', { value: win });
  const values = { slipway: 'values', values: { berths: 'many' } };
  message(values, {});
  message(values, win, 'https://evil.example');
  expect(draft.variables).toEqual({});
  message({ slipway: 'ready' }, win);
  message(values, win);
  expect(draft.variables).toEqual({ berths: 'many' });
  screen.getByText(/^Berths: Enter a number/);
  expect(heard).toMatchObject([{ values: { berths: '3' } }, { values: { berths: 'many' }, faults: { berths: expect.stringContaining('number') } }]);
  message({ slipway: 'height', pixels: 700 }, win);
  expect(frame.style.height).toBe('700px');
  fireEvent.click(screen.getByRole('button', { name: 'Use the plain form' }));
  expect((document.getElementById('variable-berths') as HTMLInputElement).value).toBe('many');
  fireEvent.click(screen.getByRole('button', { name: 'Use the screen of the definition' }));
  screen.getByTitle('Settings of Harbour');
});

it('gives up a screen that says nothing', () => {
  vi.useFakeTimers();
  render(<Step seen={() => {}} />);
  act(() => vi.advanceTimersByTime(8000));
  screen.getByText(/does not work here/);
  expect(document.getElementById('variable-berths')).not.toBeNull();
});

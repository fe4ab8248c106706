import { Alert, Button, Checkbox, Form, FormGroup, FormHelperText, FormSection, FormSelect, FormSelectOption, HelperText, HelperTextItem } from '@patternfly/react-core';
import { useState } from 'react';
import { api, dataOf, type Definition, type Variable } from '../../api/client';
import { useAction } from '../../api/use';
import { Refusal } from '../../parts/Parts';
import { t } from '../../texts';
import type { Draft } from './draft';
import { Field } from './Field';
import { OwnScreen } from './OwnScreen';
import type { Faults } from './rules';
import type { StepProps } from './Steps';

/** The questions of the definition: on the screen that it brings, or on the form that every definition has. */
export function VariablesStep({ draft, change, faults, definition }: StepProps & { definition?: Definition }) {
  const [plain, setPlain] = useState(false);
  const [failed, setFailed] = useState(false);
  const shown = definition?.variables.filter((v) => !v.hidden) ?? [];
  const set = (values: Record<string, string>) => {
    const next = { ...draft.variables, ...values };
    for (const v of shown) if (next[v.name] === (v.default ?? '')) delete next[v.name];
    change({ variables: next });
  };
  if (!definition?.screen) return <VariablesForm shown={shown} draft={draft} faults={faults} set={set} />;
  const own = !plain && !failed;
  return (
    <>
      {failed && <Alert component="p" variant="warning" isInline title={t.wizard.screenFailed} />}
      {own ? (
        <OwnScreen definition={definition} draft={draft} faults={faults} set={set} failed={() => setFailed(true)} />
      ) : (
        <VariablesForm shown={shown} draft={draft} faults={faults} set={set} />
      )}
      {!failed && <Button variant="link" isInline className="sw-gap" onClick={() => setPlain(own)}>{own ? t.wizard.plainForm : t.wizard.ownScreen}</Button>}
    </>
  );
}

interface FormProps {
  shown: Variable[];
  draft: Draft;
  faults: Faults;
  set: (values: Record<string, string>) => void;
}

/** Every question under the heading that the definition gives it. */
function VariablesForm({ shown, draft, faults, set }: FormProps) {
  const sections = [...new Set(shown.map((v) => v.section ?? ''))];
  return (
    <Form onSubmit={(e) => e.preventDefault()}>
      {shown.length === 0 && <p>{t.wizard.noVariables}</p>}
      {sections.map((s) => (
        <FormSection key={s} title={s || t.wizard.variables} titleElement="h2">
          {shown.filter((v) => (v.section ?? '') === s).map((v) => (
            <div key={v.name}>
              <VariableField variable={v} value={draft.variables[v.name] ?? v.default ?? ''} set={(x) => set({ [v.name]: x })} fault={faults[v.name]} />
              {v.certificateKey && !v.readOnly && <Generate variable={v} key_={shown.find((k) => k.name === v.certificateKey)} cluster={draft.name} set={set} />}
            </div>
          ))}
        </FormSection>
      ))}
    </Form>
  );
}

/** What a variable's value looks like for a PEM text. */
const encoded = (v: Variable, pem: string) => (v.format === 'base64' ? btoa(pem) : pem);

/** Lets the host make a certificate and its key, and fills in both. */
function Generate({ variable: v, key_: key, cluster, set }: { variable: Variable; key_?: Variable; cluster: string; set: (values: Record<string, string>) => void }) {
  const { busy, error, start } = useAction(async () => {
    const commonName = `${cluster || t.wizard.title} ${v.displayName ?? v.name}`.slice(0, 64);
    const made = await dataOf(api.POST('/cluster-certificate', { body: { commonName } }));
    set({ [v.name]: encoded(v, made.certificate), ...(key && { [key.name]: encoded(key, made.key) }) });
  });
  return (
    <>
      <Button variant="secondary" className="sw-gap" onClick={() => void start()} isLoading={busy} isDisabled={busy}>{t.wizard.generateOf(v.displayName ?? v.name)}</Button>
      <Refusal text={error} />
    </>
  );
}

/** What is said under a field: what it is, and that it cannot be changed later. */
const helpOf = (v: Variable) => [v.description, v.readOnly ? t.wizard.readOnly : v.immutable ? t.wizard.immutable : ''].filter(Boolean).join(' ');

/** One question of the definition in the shape of its format. */
export function VariableField({ variable: v, value, set, fault }: { variable: Variable; value: string; set: (v: string) => void; fault?: string }) {
  const id = `variable-${v.name}`;
  const label = v.displayName ?? v.name;
  if (v.format === 'boolean' && !v.options?.length) {
    return <Checkbox id={id} label={label} description={helpOf(v)} isChecked={value === 'true'} isDisabled={v.readOnly} onChange={(_, on) => set(String(on))} />;
  }
  if (v.options?.length) {
    const options = v.required ? v.options : [{ value: '', label: t.wizard.noChoice }, ...v.options];
    const chosen = v.options.find((o) => o.value === value)?.description;
    return (
      <FormGroup label={label} fieldId={id} isRequired={v.required}>
        <FormSelect id={id} value={value} onChange={(_, x) => set(x)} isDisabled={v.readOnly} validated={fault ? 'error' : 'default'} aria-describedby={`${id}-help`}>
          {v.required && !v.options.some((o) => o.value === value) && <FormSelectOption value={value} label={t.wizard.choose} isDisabled />}
          {options.map((o) => <FormSelectOption key={o.value} value={o.value} label={o.label || o.value} />)}
        </FormSelect>
        <FormHelperText>
          <HelperText id={`${id}-help`}><HelperTextItem variant={fault ? 'error' : 'default'}>{fault || [chosen, helpOf(v)].filter(Boolean).join(' ')}</HelperTextItem></HelperText>
        </FormHelperText>
      </FormGroup>
    );
  }
  const long = v.format === 'multiline' || v.format === 'base64';
  return (
    <Field
      id={id} label={label} value={value} set={set} help={helpOf(v)} fault={fault} required={v.required} readOnly={v.readOnly}
      area={long} masked={v.masked} type={v.masked ? 'password' : 'text'}
    />
  );
}

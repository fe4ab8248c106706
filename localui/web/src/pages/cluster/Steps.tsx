import { Checkbox, Form, FormGroup, FormSection, FormSelect, FormSelectOption, FormHelperText, HelperText, HelperTextItem, Radio } from '@patternfly/react-core';
import { Table, Tbody, Td, Th, Thead, Tr } from '@patternfly/react-table';
import type { Definition, Variable } from '../../api/client';
import { t } from '../../texts';
import { idOf, type Draft } from './draft';
import { Field } from './Field';
import type { Faults } from './rules';

export interface StepProps {
  draft: Draft;
  change: (c: Partial<Draft>) => void;
  faults: Faults;
}

const still = (e: { preventDefault(): void }) => e.preventDefault();

export function BasicStep({ draft, change, faults }: StepProps) {
  return (
    <Form onSubmit={still}>
      <Field id="name" label={t.wizard.name} value={draft.name} set={(name) => change({ name })} fault={draft.name && faults.name} help={t.rules.name} required />
      <Field id="tags" label={t.wizard.tags} value={draft.tags} set={(tags) => change({ tags })} fault={faults.tags} help={t.rules.pairs} area />
    </Form>
  );
}

export function ProfileStep({ draft, change, definitions }: StepProps & { definitions: Definition[] }) {
  const chosen = definitions.find((d) => idOf(d) === draft.definition);
  return (
    <Form onSubmit={still}>
      <FormGroup role="radiogroup" label={t.wizard.definition} fieldId="definition" isRequired>
        {definitions.map((d) => (
          <Radio
            key={idOf(d)} id={`definition-${idOf(d)}`} name="definition" label={`${d.displayName ?? d.name} ${d.version}`} description={d.description}
            isChecked={idOf(d) === draft.definition} onChange={() => change({ definition: idOf(d), variables: {} })}
          />
        ))}
      </FormGroup>
      {chosen && (
        <FormSection title={t.wizard.applications} titleElement="h2">
          <Table variant="compact" aria-label={t.wizard.applications}>
            <Thead><Tr><Th>{t.cluster.columns.name}</Th><Th>{t.cluster.columns.version}</Th><Th>{t.cluster.columns.layer}</Th></Tr></Thead>
            <Tbody>
              {chosen.packs.map((p) => (
                <Tr key={p.name}>
                  <Td dataLabel={t.cluster.columns.name}>{p.name}</Td><Td dataLabel={t.cluster.columns.version}>{p.version}</Td><Td dataLabel={t.cluster.columns.layer}>{p.layer}</Td>
                </Tr>
              ))}
            </Tbody>
          </Table>
        </FormSection>
      )}
    </Form>
  );
}

export function VariablesStep({ draft, change, faults, definition }: StepProps & { definition?: Definition }) {
  const shown = definition?.variables.filter((v) => !v.hidden) ?? [];
  const sections = [...new Set(shown.map((v) => v.section ?? ''))];
  const set = (v: Variable, value: string) => {
    const { [v.name]: _, ...others } = draft.variables;
    change({ variables: value === (v.default ?? '') ? others : { ...others, [v.name]: value } });
  };
  return (
    <Form onSubmit={still}>
      {shown.length === 0 && <p>{t.wizard.noVariables}</p>}
      {sections.map((s) => (
        <FormSection key={s} title={s || t.wizard.variables} titleElement="h2">
          {shown.filter((v) => (v.section ?? '') === s).map((v) => (
            <VariableField key={v.name} variable={v} value={draft.variables[v.name] ?? v.default ?? ''} set={(x) => set(v, x)} fault={faults[v.name]} />
          ))}
        </FormSection>
      ))}
    </Form>
  );
}

/** One question of the definition in the shape of its format. */
export function VariableField({ variable: v, value, set, fault }: { variable: Variable; value: string; set: (v: string) => void; fault?: string }) {
  const id = `variable-${v.name}`;
  const label = v.displayName ?? v.name;
  if (v.format === 'boolean') {
    return <Checkbox id={id} label={label} description={v.description} isChecked={value === 'true'} isDisabled={v.readOnly} onChange={(_, on) => set(String(on))} />;
  }
  if (v.options?.length) {
    const options = v.required ? v.options : [{ value: '', label: t.wizard.noChoice }, ...v.options];
    return (
      <FormGroup label={label} fieldId={id} isRequired={v.required}>
        <FormSelect id={id} value={value} onChange={(_, x) => set(x)} isDisabled={v.readOnly} validated={fault ? 'error' : 'default'}>
          {options.map((o) => <FormSelectOption key={o.value} value={o.value} label={o.label || o.value} />)}
        </FormSelect>
        <FormHelperText><HelperText><HelperTextItem variant={fault ? 'error' : 'default'}>{fault || v.description}</HelperTextItem></HelperText></FormHelperText>
      </FormGroup>
    );
  }
  return (
    <Field
      id={id} label={label} value={value} set={set} help={v.description} fault={fault} required={v.required} readOnly={v.readOnly}
      area={!v.masked && v.format === 'multiline'} type={v.masked ? 'password' : 'text'}
    />
  );
}

export function ClusterStep({ draft, change, faults }: StepProps) {
  return (
    <Form onSubmit={still}>
      <Field id="vip" label={t.wizard.vip} value={draft.vip} set={(vip) => change({ vip })} fault={draft.vip && faults.vip} help={t.wizard.vipHelp} />
      <Field id="ntp" label={t.wizard.ntp} value={draft.ntpServers} set={(ntpServers) => change({ ntpServers })} help={t.wizard.ntpHelp} />
      <Field id="ssh" label={t.wizard.ssh} value={draft.sshKeys} set={(sshKeys) => change({ sshKeys })} fault={faults.sshKeys} help={t.wizard.sshHelp} area />
    </Form>
  );
}

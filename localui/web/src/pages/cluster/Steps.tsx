import { Alert, ExpandableSection, Form, FormGroup, FormSection, Label, Radio } from '@patternfly/react-core';
import { Table, Tbody, Td, Th, Thead, Tr } from '@patternfly/react-table';
import type { Definition } from '../../api/client';
import { t } from '../../texts';
import { idOf, type Draft, type Reached } from './draft';
import { UploadArea } from '../content/UploadArea';
import { Field } from './Field';
import type { useProbe } from './probe';
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
            key={idOf(d)} id={`definition-${idOf(d)}`} name="definition" label={`${d.displayName ?? d.name} ${d.version}`}
            description={<>{d.description} {d.bundle && <em>{t.wizard.fromBundle(d.bundle)}</em>}</>}
            isChecked={idOf(d) === draft.definition} onChange={() => change({ definition: idOf(d), variables: {} })}
          />
        ))}
      </FormGroup>
      <ExpandableSection toggleText={t.wizard.importDefinition}>
        <p>{t.wizard.importDefinitionText}</p>
        <UploadArea />
      </ExpandableSection>
      {chosen && (
        <FormSection title={t.wizard.applications} titleElement="h2">
          {chosen.packs.some((p) => p.missing) && <Alert component="p" variant="warning" isInline title={t.wizard.missingPacks} />}
          <Table variant="compact" aria-label={t.wizard.applications}>
            <Thead><Tr><Th>{t.cluster.columns.name}</Th><Th>{t.cluster.columns.version}</Th><Th>{t.cluster.columns.layer}</Th></Tr></Thead>
            <Tbody>
              {chosen.packs.map((p) => (
                <Tr key={p.name}>
                  <Td dataLabel={t.cluster.columns.name}>{p.name} {p.missing && <Label status="danger" variant="outline">{t.wizard.missing}</Label>}</Td><Td dataLabel={t.cluster.columns.version}>{p.version}</Td><Td dataLabel={t.cluster.columns.layer}>{t.layers[p.layer] ?? p.layer}</Td>
                </Tr>
              ))}
            </Tbody>
          </Table>
        </FormSection>
      )}
    </Form>
  );
}

const ways: Reached[] = ['vip', 'balancer', 'host'];

export function ClusterStep({ draft, change, faults, probe, single }: StepProps & { probe: ReturnType<typeof useProbe>; single: boolean }) {
  const said = probe.asking ? t.wizard.vipAsking : probe.found?.message;
  const w = t.wizard;
  return (
    <Form onSubmit={still}>
      <FormGroup role="radiogroup" label={w.reached} fieldId="reached" isRequired>
        {ways.map((way) => (
          <Radio
            key={way} id={`reached-${way}`} name="reached" label={w.ways[way].label} description={w.ways[way].text} isChecked={draft.reached === way} onChange={() => change({ reached: way })}
          />
        ))}
      </FormGroup>
      {draft.reached === 'vip' && (
        <Field
          id="vip" label={w.vip} value={draft.vip} set={(vip) => change({ vip })} fault={draft.vip && faults.vip} required
          help={said ?? w.vipHelp} tone={probe.found?.state === 'free' ? 'success' : probe.found ? 'warning' : undefined}
        />
      )}
      {draft.reached === 'balancer' && (
        <Field id="endpoint" label={w.endpoint} value={draft.endpoint} set={(endpoint) => change({ endpoint })} fault={draft.endpoint && faults.endpoint} required help={w.endpointHelp} />
      )}
      {draft.reached === 'host' && !single && <Alert component="p" variant="info" isInline isPlain title={w.hostNotSingle} />}
      <Field id="ntp" label={t.wizard.ntp} value={draft.ntpServers} set={(ntpServers) => change({ ntpServers })} fault={faults.ntpServers} help={t.wizard.ntpHelp} />
      <Field id="ssh" label={t.wizard.ssh} value={draft.sshKeys} set={(sshKeys) => change({ sshKeys })} fault={faults.sshKeys} help={t.wizard.sshHelp} area />
    </Form>
  );
}

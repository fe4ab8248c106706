import { Alert, Button, Card, CardBody, CardTitle, Checkbox, Form, FormSelect, FormSelectOption, Grid, GridItem, TextInput } from '@patternfly/react-core';
import { Table, Tbody, Td, Th, Thead, Tr } from '@patternfly/react-table';
import type { LinkedHost } from '../../api/client';
import { State } from '../../parts/Parts';
import { t } from '../../texts';
import { controlPlaneKey, type HostDraft, type PoolDraft } from './draft';
import { Field } from './Field';
import { hintOf } from './rules';
import type { StepProps } from './Steps';

/** Pools, and which linked host goes into which. The leader is always a control-plane host. */
export function NodeStep({ draft, change, faults, hosts }: StepProps & { hosts: LinkedHost[] }) {
  const setHost = (id: string, c: Partial<HostDraft>) => change({ hosts: { ...draft.hosts, [id]: { pool: 0, adapter: '', name: '', ...draft.hosts[id], ...c } } });
  const setPool = (key: number, c: Partial<PoolDraft>) => change({ pools: draft.pools.map((p) => (p.key === key ? { ...p, ...c } : p)) });
  const addPool = () => {
    const key = Math.max(...draft.pools.map((p) => p.key)) + 1;
    change({ pools: [...draft.pools, { key, name: draft.pools.length === 1 ? 'worker-pool' : `worker-pool-${key}`, role: 'worker', workerCapable: false, labels: '', taints: '' }] });
  };
  const dropPool = (key: number) =>
    change({
      pools: draft.pools.filter((p) => p.key !== key),
      hosts: Object.fromEntries(Object.entries(draft.hosts).map(([id, h]) => [id, h.pool === key ? { ...h, pool: 0 } : h])),
    });
  return (
    <Form onSubmit={(e) => e.preventDefault()}>
      {Object.entries(faults).map(([id, why]) => <Alert component="p" key={id} variant="warning" isInline isPlain title={why} />)}
      {hintOf(draft, hosts.length) && <Alert component="p" variant="info" isInline isPlain title={hintOf(draft, hosts.length)} />}
      <HostPicker draft={draft} hosts={hosts} setHost={setHost} />
      {draft.pools.map((p) => <PoolCard key={p.key} pool={p} set={(c) => setPool(p.key, c)} drop={() => dropPool(p.key)} />)}
      <div><Button variant="secondary" onClick={addPool}>{t.wizard.addPool}</Button></div>
    </Form>
  );
}

/** The adapters that can carry the node's address, and the one of an import that is not among them. */
function adaptersOf(h: LinkedHost, chosen: string): [string, string][] {
  const list = (h.adapters ?? []).map((a): [string, string] => [a.name, `${a.name} (${a.address})`]);
  return !chosen || list.some(([name]) => name === chosen) ? list : [...list, [chosen, t.wizard.noAdapter(chosen)]];
}

function HostPicker({ draft, hosts, setHost }: { draft: StepProps['draft']; hosts: LinkedHost[]; setHost: (id: string, c: Partial<HostDraft>) => void }) {
  const w = t.wizard;
  return (
    <Table variant="compact" aria-label={w.hosts}>
      <Thead><Tr><Th width={15}>{w.host}</Th><Th width={40}>{w.pool}</Th><Th width={20}>{w.nodeName}</Th><Th width={25}>{w.adapter}</Th></Tr></Thead>
      <Tbody>
        {hosts.map((h) => {
          const d = draft.hosts[h.id] ?? { pool: 0, adapter: '', name: '' };
          return (
            <Tr key={h.id}>
              <Td dataLabel={w.host}>{h.name} <small>{h.address}</small> <State of={h.status} /></Td>
              <Td dataLabel={w.pool}>
                <FormSelect value={String(d.pool)} isDisabled={h.role === 'leader'} onChange={(_, v) => setHost(h.id, { pool: Number(v) })} aria-label={`${w.pool} ${h.name}`}>
                  <FormSelectOption value="0" label={w.noPool} />
                  {draft.pools.map((p) => <FormSelectOption key={p.key} value={String(p.key)} label={p.name} />)}
                </FormSelect>
              </Td>
              <Td dataLabel={w.nodeName}><TextInput value={d.name} placeholder={h.name} onChange={(_, name) => setHost(h.id, { name })} aria-label={`${w.nodeName} ${h.name}`} /></Td>
              <Td dataLabel={w.adapter}>
                <FormSelect value={d.adapter} onChange={(_, adapter) => setHost(h.id, { adapter })} aria-label={`${w.adapter} ${h.name}`}>
                  <FormSelectOption value="" label={w.auto} />
                  {adaptersOf(h, d.adapter).map(([name, label]) => <FormSelectOption key={name} value={name} label={label} />)}
                </FormSelect>
              </Td>
            </Tr>
          );
        })}
      </Tbody>
    </Table>
  );
}

function PoolCard({ pool: p, set, drop }: { pool: PoolDraft; set: (c: Partial<PoolDraft>) => void; drop: () => void }) {
  const w = t.wizard;
  const fixed = p.key === controlPlaneKey;
  return (
    <Card isCompact>
      <CardTitle component="h2">{fixed ? w.controlPlane : w.workers}</CardTitle>
      <CardBody>
        <Grid hasGutter md={6}>
          <GridItem><Field id={`pool-name-${p.key}`} label={w.poolName} value={p.name} set={(name) => set({ name })} /></GridItem>
          <GridItem>
            {fixed ? (
              <Checkbox id="worker-capable" label={w.workerCapable} isChecked={p.workerCapable} onChange={(_, workerCapable) => set({ workerCapable })} />
            ) : (
              <Button variant="link" isInline isDanger onClick={drop} aria-label={w.dropPool(p.name)}>{w.dropPool(p.name)}</Button>
            )}
          </GridItem>
          <GridItem><Field id={`labels-${p.key}`} label={w.labels} value={p.labels} set={(labels) => set({ labels })} help={t.rules.pairs} area /></GridItem>
          <GridItem><Field id={`taints-${p.key}`} label={w.taints} value={p.taints} set={(taints) => set({ taints })} help={w.taintsHelp} area /></GridItem>
        </Grid>
      </CardBody>
    </Card>
  );
}

import { expect, it } from 'vitest';
import type { Definition, LinkedHost } from '../../api/client';
import { exportOf, newDraft, specOf, type Draft } from './draft';
import { importOf } from './import';

const host = (name: string, role: string): LinkedHost => ({ id: `id-${name}`, name, address: '10.0.0.1', status: 'Ready', content: 'Synced', health: 'Healthy', role });
const hosts = [host('h1', 'leader'), host('h2', 'follower')];
const definitions: Definition[] = [{ name: 'default', version: '1.10', packs: [], variables: [] }];

it('reads back what it wrote', async () => {
  const fresh = newDraft(hosts, definitions);
  const draft: Draft = {
    ...fresh, name: 'harbour', tags: 'site=north', variables: { size: '1.10', note: 'a: "b"\nc' }, vip: '10.0.0.9', ntpServers: '10.0.0.1, 10.0.0.2', sshKeys: 'ssh-ed25519 AAAA me',
    pools: fresh.pools.map((p) => ({ ...p, labels: 'a=b', taints: 'gpu=yes:NoSchedule\nslow:NoExecute' })),
    hosts: { 'id-h1': { pool: 1, adapter: 'lan0', name: 'first' }, 'id-h2': { pool: 2, adapter: '', name: '' } },
  };
  const back = await importOf(exportOf(draft, definitions[0]), hosts, definitions);
  expect(specOf(back)).toEqual(specOf(draft));
});

it('takes names of hosts, and what a person leaves out', async () => {
  const draft = await importOf('name: x\npools:\n- {name: w, role: worker, hosts: [{host: h2}]}\n- {name: cp, role: control-plane, hosts: [{host: h1}]}\n', hosts, definitions);
  expect(draft.pools.map((p) => `${p.key} ${p.name}`)).toEqual(['1 cp', '2 w']);
  expect([draft.hosts['id-h1']?.pool, draft.hosts['id-h2']?.pool, draft.definition]).toEqual([1, 2, 'default 1.10']);
});

it.each([
  ['name: [', 'YAML'],
  ['definition: {name: other}', 'other'],
  ['pools: [{role: control-plane, hosts: [{host: h9}]}]', 'h9'],
])('refuses %j', async (text, word) => {
  await expect(importOf(text, hosts, definitions)).rejects.toThrow(word);
});

import { describe, expect, it } from 'vitest';
import type { Check, Definition, LinkedHost, Variable } from '../../api/client';
import { exportOf, newDraft, pairs, specOf, taintsOf, type Draft } from './draft';
import { importOf } from './import';
import { blocking, findings, matrix, title, told } from './matrix';
import { basicFaults, clusterFaults, nodeFaults, variableFault, variableFaults } from './rules';

const host = (name: string, role = 'follower'): LinkedHost => ({ id: `id-${name}`, name, address: '10.0.0.1', status: 'Ready', content: 'Synced', health: 'Healthy', role });
const definition: Definition = {
  name: 'default', version: '1.0.0', packs: [],
  variables: [
    { name: 'podCIDR', format: 'cidr', default: '10.1.0.0/16', required: true },
    { name: 'secret', format: 'string', masked: true },
    { name: 'fixed', format: 'number', readOnly: true, default: 'odd' },
  ],
};
const draft = (hosts: LinkedHost[], c: Partial<Draft> = {}): Draft => ({ ...newDraft(hosts, [definition]), name: 'harbour', vip: '10.0.0.100', ...c });
const three = [host('h2'), host('h1', 'leader'), host('h3')];

describe('draft', () => {
  it.each([[1, 1], [2, 1], [3, 3], [4, 3], [5, 3]])('%d hosts give %d in the control plane, the leader among them', (n, want) => {
    const d = newDraft([...Array.from({ length: n - 1 }, (_, i) => host(`h${i + 2}`)), host('h1', 'leader')], [definition]);
    expect(Object.values(d.hosts).filter((h) => h.pool === 1)).toHaveLength(want);
    expect(d.hosts['id-h1']?.pool).toBe(1);
  });
  it('becomes a spec without what is empty', () => {
    const spec = specOf(draft(three, { sshKeys: '\n ssh-ed25519 AAAA me \n', variables: { podCIDR: '10.2.0.0/16' } }));
    expect(spec).toEqual({
      name: 'harbour', definition: { name: 'default', version: '1.0.0' }, variables: { podCIDR: '10.2.0.0/16' }, vip: '10.0.0.100', sshKeys: ['ssh-ed25519 AAAA me'],
      pools: [{ name: 'control-plane-pool', role: 'control-plane', workerCapable: true, hosts: [{ host: 'id-h1' }, { host: 'id-h2' }, { host: 'id-h3' }] }],
    });
  });
  // Feature 104: only the way that is chosen is in the spec, and comes back from it.
  it.each([['vip', { vip: '10.0.0.100' }], ['balancer', { controlPlaneEndpoint: 'lb:443' }], ['host', {}]] as const)('reached by %s', async (reached, want) => {
    const d = draft(reached === 'host' ? [host('h1', 'leader')] : three, { reached, endpoint: 'lb:443' });
    expect(specOf(d)).toMatchObject(want);
    expect(Object.keys(specOf(d)).filter((k) => k === 'vip' || k === 'controlPlaneEndpoint')).toEqual(Object.keys(want));
    expect((await importOf(exportOf(d, definition), three, [definition])).reached).toBe(reached);
  });
  it('is exported as YAML without masked values', () => {
    const text = exportOf(draft([host('h1', 'leader')], { reached: 'vip', tags: 'site: north', variables: { secret: 'hunter2', podCIDR: '10.2.0.0/16' } }), definition);
    expect(text).toBe(`name: "harbour"
tags:
  site: "north"
definition:
  name: "default"
  version: "1.0.0"
variables:
  podCIDR: "10.2.0.0/16"
vip: "10.0.0.100"
pools:
  - name: "control-plane-pool"
    role: "control-plane"
    workerCapable: true
    hosts:
      - host: "id-h1"
`);
  });
  it('reads labels and taints', () => {
    expect(pairs('a=b\n c : d \n')).toEqual({ a: 'b', c: 'd' });
    expect(taintsOf('gpu=yes:NoSchedule\nslow:NoExecute')).toEqual([{ key: 'gpu', value: 'yes', effect: 'NoSchedule' }, { key: 'slow', effect: 'NoExecute' }]);
  });
});

describe('rules', () => {
  const v = (c: Partial<Variable>): Variable => ({ name: 'x', format: 'string', ...c });
  it.each<[Partial<Variable>, string, boolean]>([
    [{ required: true }, '', false],
    [{}, '', true],
    [{ format: 'number' }, '30003', true],
    [{ format: 'number' }, 'many', false],
    [{ format: 'cidr' }, '10.0.0.0/33', false],
    [{ format: 'cidr' }, '10.0.0.0/24', true],
    [{ format: 'ipv4' }, '256.0.0.1', false],
    [{ format: 'version' }, '1.32.3', true],
    [{ format: 'base64' }, 'YQ=', false],
    [{ regex: '3[0-2]' }, '310', false],
    [{ regex: '3[0-2]' }, '31', true],
    [{ regex: '(?i)go only' }, 'anything', true],
    [{ options: [{ value: 'a' }] }, 'b', false],
    [{ masked: true, default: '********', format: 'number' }, '********', true],
  ])('%j takes %j: %j', (c, value, good) => expect(variableFault(v(c), value) === '').toBe(good));
  it('asks nothing that one cannot change', () => {
    expect(Object.keys(variableFaults(draft(three, { variables: { podCIDR: 'x' } }), definition))).toEqual(['podCIDR']);
  });
  it.each([['harbour', true], ['Harbour', false], ['', false], ['a'.repeat(32), true], ['a'.repeat(33), false], ['9lives', true], ['ends-', false]])('cluster name %j', (name, good) => {
    expect(Object.keys(basicFaults(draft(three, { name }))).length === 0).toBe(good);
  });
  // Features 103 and 104.
  it('wants an address for each way to reach the API server', () => {
    expect(clusterFaults(draft(three, { vip: '' })).vip).toBeTruthy();
    expect(clusterFaults(draft(three, { vip: '10.0.0.300' })).vip).toBeTruthy();
    expect(clusterFaults(draft(three, { reached: 'host', vip: '' }))).toEqual({});
    expect(nodeFaults(draft(three, { reached: 'host', vip: '' })).hosts).toContain('load balancer');
    expect(nodeFaults(draft([host('h1', 'leader')], { vip: '' }))).toEqual({});
    expect([newDraft(three, []).reached, newDraft([host('h1', 'leader')], []).reached]).toEqual(['vip', 'host']);
  });
  it.each([
    ['lb.example.com', true], ['LB:443', true], ['192.0.2.10:6443', true], ['', false], ['192.0.2.300', false], ['lb:0', false], ['lb:70000', false], ['lb_1', false],
    ['https://lb', false], ['localhost', false], ['2001:db8::1', false],
  ])('load balancer %j', (endpoint, good) => {
    expect(clusterFaults(draft(three, { reached: 'balancer', endpoint })).endpoint === undefined).toBe(good);
  });
  it('wants an odd control plane and different names', () => {
    const d = draft(three);
    expect(nodeFaults(d)).toEqual({});
    expect(nodeFaults({ ...d, hosts: { ...d.hosts, 'id-h2': { pool: 0, adapter: '', name: '' } } }).hosts).toContain('not 2');
    expect(nodeFaults({ ...d, hosts: { ...d.hosts, 'id-h2': { pool: 1, adapter: '', name: 'n' }, 'id-h3': { pool: 1, adapter: '', name: 'n' } } }).names).toBeTruthy();
    expect(nodeFaults({ ...d, pools: d.pools.map((p) => ({ ...p, taints: 'a:Never' })) })['pool-1']).toBeTruthy();
  });
});

describe('preflight', () => {
  const check = (id: string, h: string, status: Check['status']): Check => ({ id, host: h, status, message: '', fix: '' });
  it('shows the worst of each host and check', () => {
    const m = matrix([check('ports', 'h1 -> h2', 'ok'), check('ports', 'h1 -> h3', 'fail'), check('ports', 'h2 -> h1', 'warn'), check('clock', 'h1', 'ok')]);
    expect(m.ids).toEqual(['ports', 'clock']);
    expect([m.cell('ports', 'h1'), m.cell('ports', 'h2'), m.cell('clock', 'h1'), m.cell('clock', 'h2')]).toEqual(['fail', 'warn', 'ok', undefined]);
  });
  it('lets only what is named be ignored', () => {
    const checks = [check('a', 'h1', 'fail'), check('b', 'h1', 'fail'), check('c', 'h1', 'warn')];
    expect(blocking(checks, new Set(['a'])).map((c) => c.id)).toEqual(['b']);
    expect(blocking([check('a', 'h1', 'unknown')], new Set())).toHaveLength(1);
    expect(blocking([check('host-ready', 'h1', 'fail')], new Set(['host-ready']))).toHaveLength(1);
  });
  it('says the same of several hosts once', () => {
    const old = { message: 'Old kernel', fix: 'Boot another one.' };
    const list = [{ ...check('os', 'h1', 'warn'), ...old }, { ...check('os', 'h2', 'warn'), ...old }, { ...check('os', 'h3', 'fail'), ...old }, check('os', 'h4', 'ok')];
    expect(findings(list).map((f) => f.hosts)).toEqual([['h1', 'h2'], ['h3']]);
  });
  it('speaks in sentences', () => {
    expect(told({ ...check('a', 'h', 'fail'), message: 'Too little memory', fix: 'Add some.' })).toBe('Too little memory. Add some.');
    expect([title('cidr-overlap'), title('host-ready')]).toEqual(['CIDR overlap', 'Host ready']);
  });
});

import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, expect, it, vi } from 'vitest';
import { CallerContext } from '../../api/caller';
import type { Cluster, ClusterEvent, ClusterService, Operation, Step } from '../../api/client';
import { left } from './Certificates';
import { Configuration } from './Configuration';
import { chosen } from './Events';
import { Nodes } from './Nodes';
import { Overview, reachedBy } from './Overview';
import { Links, portsOf } from './Services';

afterEach(cleanup);

const node = { name: 'h1', host: 'id-h1', role: 'control-plane', ready: true, version: 'v1.32.3', address: '10.0.0.1', reason: '', architecture: 'amd64', createdAt: '2026-01-02T03:04:05Z' };
const harbour: Cluster = {
  name: 'harbour', state: 'Degraded', health: 'Unhealthy', reason: 'host h2 not seen for 45s', vip: '10.0.0.9', vipHolder: 'h1', endpoint: '10.0.0.9:6443', operation: 'o',
  nodes: [node, { ...node, name: 'h2', ready: false, version: '', reason: 'the host is not connected to the leader' }],
  applications: [{ name: 'calico', layer: 'cni', version: '3.28.5', status: 'Progressing', message: 'none of its pods exists yet', since: '2026-01-02T03:04:05Z' }],
};
const step: Step = { name: 'h1: images', state: 'running', progress: { done: 1 << 20, total: 4 << 20, unit: 'bytes' }, startedAt: null, endedAt: null, message: '' };
const operation: Operation = { id: 'o', kind: 'cluster.create', title: 'Create cluster harbour', state: 'running', progress: null, createdAt: '', endedAt: null, error: '', steps: [step] };

// Features 116, 117 and 118: the state with its reason, the applications by layer, and the steps with how far they are.
it('tells how the cluster is, and why', () => {
  render(<Overview cluster={harbour} operation={operation} />);
  for (const text of ['Degraded', 'Unhealthy', 'Host h2 not seen for 45s', 'https://10.0.0.9:6443', 'calico', 'Network (CNI)', 'Progressing', 'None of its pods exists yet', 'h1: images', '1.0 MiB / 4.0 MiB (25 %)']) screen.getByText(text);
});

// Feature 122.
it('lists the nodes', () => {
  render(<Nodes cluster={harbour} />);
  expect(screen.getAllByRole('columnheader').map((h) => h.textContent)).toEqual(['Name', 'Role', 'Status', 'Address', 'Version', 'Architecture', 'In the cluster since']);
  for (const text of ['Ready', 'Not ready', /The host is not connected to the leader/, 'v1.32.3']) screen.getByText(text);
  expect(screen.getAllByText('amd64')).toHaveLength(2);
});

// Feature 125: what may change while the cluster runs, and that it was taken.
it('shows what was deployed by its names, and saves NTP servers and keys', async () => {
  const asked: string[] = [];
  const spec = { yaml: 'name: harbour\n', createdAt: '2026-01-02T03:04:05Z', definition: 'default 1.0', kubernetesVersion: '1.32.3', variables: [{ name: 'podCIDR', value: '10.1.0.0/16' }, { name: 'other', value: '' }], nodes: [], access: { ntpServers: ['10.0.0.1'], sshKeys: [] } };
  const definition = { name: 'default', version: '1.0', packs: [], variables: [{ name: 'podCIDR', displayName: 'Pod CIDR', format: 'cidr' }] };
  vi.stubGlobal('fetch', vi.fn(async (r: Request) => {
    if (r.method === 'PUT') asked.push(await r.clone().text());
    return r.method === 'PUT' ? new Response(null, { status: 204 }) : Response.json(r.url.endsWith('/definitions') ? [definition] : spec);
  }));
  render(<CallerContext value={{ user: 'ann', role: 'admin', leave: () => {} }}><Configuration name="harbour" leads /></CallerContext>);
  await screen.findByText('Pod CIDR (podCIDR)');
  screen.getByText('other');
  fireEvent.change(document.getElementById('access-ntp')!, { target: { value: '10.0.0.1, 10.0.0.2' } });
  fireEvent.click(screen.getByRole('button', { name: 'Save for all hosts' }));
  await screen.findByText(/The hosts take it over/);
  expect(asked.map((x) => JSON.parse(x) as object)).toEqual([{ ntpServers: ['10.0.0.1', '10.0.0.2'], sshKeys: [] }]);
  vi.unstubAllGlobals();
});

// Feature 119.
it('shows the events of a namespace, or warnings alone', () => {
  const e = (namespace: string, type: string): ClusterEvent => ({ namespace, type, time: '', reason: '', object: '', message: '', count: 1 });
  const all = [e('a', 'Normal'), e('b', 'Warning'), e('a', 'Warning')];
  expect(chosen(all, '', false)).toHaveLength(3);
  expect(chosen(all, 'a', false)).toHaveLength(2);
  expect(chosen(all, 'a', true)).toEqual([all[2]]);
});

// Feature 104: how the API server is reached, in words.
it.each([
  ['10.0.0.9', 'h1', '10.0.0.9:6443', 'Virtual IP 10.0.0.9, held by h1'], ['10.0.0.9', '', '10.0.0.9:6443', 'Virtual IP 10.0.0.9'],
  ['', '', 'lb.example.com:443', 'A load balancer of your own'], ['', '', '10.0.0.1:6443', 'Its only control-plane host, h1'],
])('VIP %j of %j, endpoint %j', (vip, vipHolder, endpoint, want) => {
  expect(reachedBy({ ...harbour, vip, vipHolder, endpoint })).toBe(want);
});

// Feature 121.
it('names ports and links what a browser opens', () => {
  const s: ClusterService = { namespace: 'a', name: 's', type: 'NodePort', address: '', links: [], ports: [{ name: '', port: 80, protocol: 'TCP', nodePort: 30080 }, { name: '', port: 53, protocol: 'UDP', nodePort: 0 }] };
  expect(portsOf(s)).toBe('80/TCP (30080), 53/UDP');
  expect(portsOf({ ...s, ports: [] })).toBe('–');
  render(<Links of={['https://10.0.0.1:30443', 'tcp://10.0.0.1:30432']} />);
  expect(screen.getAllByRole('link').map((a) => a.getAttribute('href'))).toEqual(['https://10.0.0.1:30443']);
  screen.getByText('tcp://10.0.0.1:30432');
});

// Feature 123.
it.each([[365, 'ok'], [30, 'ok'], [29, 'warn'], [0, 'warn'], [-1, 'fail']])('a certificate with %i days left is %s', (days, state) => {
  const now = Date.parse('2026-11-20T00:00:00Z');
  expect(left(new Date(now + days * 24 * 3600 * 1000).toISOString(), now)).toEqual({ days, state });
});

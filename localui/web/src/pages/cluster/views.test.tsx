import { cleanup, render, screen } from '@testing-library/react';
import { afterEach, expect, it } from 'vitest';
import type { ClusterEvent, ClusterService } from '../../api/client';
import { left } from './Certificates';
import { chosen } from './Events';
import { reachedBy } from './Overview';
import { Links, portsOf } from './Services';

afterEach(cleanup);

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
  const node = { name: 'h1', host: 'id-h1', role: 'control-plane', ready: true, version: '', address: '10.0.0.1', reason: '' };
  expect(reachedBy({ name: 'x', state: 'Running', health: '', reason: '', vip, vipHolder, endpoint, nodes: [node], applications: [], operation: '' })).toBe(want);
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

import { expect, it } from 'vitest';
import type { Cluster, Host, Link } from '../../api/client';
import { affected } from './affected';
import { mayBePool } from './pool';

const link = (role: string, hosts: number) => ({ role, leader: 'a', epoch: 1, hosts: Array.from({ length: hosts }, () => ({})) }) as unknown as Link;
const cluster = (...nodes: [string, string, boolean][]) =>
  ({ name: 'demo', nodes: nodes.map(([host, role, ready]) => ({ host, role, ready })) }) as unknown as Cluster;

// Features 68 to 70: who else is affected is said before anything happens.
it.each([
  ['nobody', link('none', 1), [], /Nobody else/],
  ['a leader', link('leader', 3), [], /leader of 2 other hosts/],
  ['a follower', link('follower', 3), [], /Its leader/],
  ['one of three', link('none', 1), [cluster(['a', 'init', true], ['b', 'control-plane', true], ['c', 'control-plane', true])], /goes on/],
  ['the second of three', link('none', 1), [cluster(['a', 'init', true], ['b', 'control-plane', true], ['c', 'control-plane', false])], /demo stops: 1 of 3 .* needs 2/],
  ['the only one', link('none', 1), [cluster(['a', 'init', true])], /demo stops: 0 of 1/],
  ['a worker', link('none', 1), [cluster(['b', 'init', true], ['a', 'worker', true])], /goes on/],
])('%s', (_, l, clusters, want) => {
  expect(affected('a', l, clusters).join(' ')).toMatch(want);
});

// Feature 66: only an empty, fixed, large disk is offered, and only without a pool.
it('offers a pool', () => {
  const disk = (c: object) => ({ path: '/dev/sdb', sizeBytes: 20 * 2 ** 30, model: '', serial: '', role: 'free', ...c }) as Host['disks'][number];
  expect(mayBePool([disk({})], disk({}))).toBe(true);
  expect(mayBePool([disk({})], disk({ role: 'used' }))).toBe(false);
  expect(mayBePool([disk({})], disk({ removable: true }))).toBe(false);
  expect(mayBePool([disk({})], disk({ sizeBytes: 2 ** 30 }))).toBe(false);
  expect(mayBePool([disk({}), disk({ role: 'pool' })], disk({}))).toBe(false);
});

import { expect, it } from 'vitest';
import type { Operation } from './client';
import { apply } from './live';

const op = (id: string, state: string, createdAt: string): Operation => ({ id, kind: 'k', title: '', state, steps: [], progress: null, error: '', createdAt, endedAt: null });

it('a delta of operations replaces one and keeps the newest first', () => {
  const live = apply({ connected: true }, { topic: 'operations', type: 'snapshot', data: [op('b', 'running', '2'), op('a', 'succeeded', '1')] });
  const next = apply(apply(live, { topic: 'operations', type: 'delta', data: op('b', 'failed', '2') }), { topic: 'operations', type: 'delta', data: op('c', 'running', '3') });
  expect(next.operations?.map((o) => `${o.id} ${o.state}`)).toEqual(['c running', 'b failed', 'a succeeded']);
});

it('other topics come whole, and a resync changes nothing', () => {
  const live = apply({ connected: true, content: [] }, { topic: 'clusters', type: 'delta', data: [{ name: 'x' }] });
  expect(live.clusters?.[0]?.name).toBe('x');
  expect(apply(live, { topic: 'clusters', type: 'resync', data: null })).toBe(live);
});

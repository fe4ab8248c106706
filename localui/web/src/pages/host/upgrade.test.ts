import { expect, test } from 'vitest';
import type { ContentItem } from '../../api/client';
import { outcome, systems } from './Upgrade';

const item = (name: string, type: string, addedAt: string) => ({ name, type, addedAt, digest: name, version: '1', sizeBytes: 1, sync: {} }) as unknown as ContentItem;

// Feature 18.
test('offers bundles with a system, the newest first', () => {
  const list = [item('a', 'os', '2026-01-01T00:00:00Z'), item('k', 'kubernetes', '2026-03-01T00:00:00Z'), item('b', 'os', '2026-02-01T00:00:00Z')];
  expect(systems(list).map((i) => i.name)).toEqual(['b', 'a']);
});

test('says why an upgrade did not succeed, and nothing else', () => {
  const base = { image: 'x', previous: false } as const;
  expect(outcome({ ...base, phase: 'none' })).toBeUndefined();
  expect(outcome({ ...base, phase: 'confirmed', version: '2' })).toBeUndefined();
  expect(outcome({ ...base, previous: true, phase: 'fellBack', version: '2', reason: 'eth0 had no link' })).toContain('eth0 had no link');
  expect(outcome({ ...base, phase: 'failed', version: '2', reason: 'no space' })).toContain('no space');
});

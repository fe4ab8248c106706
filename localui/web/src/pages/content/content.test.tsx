import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, expect, it } from 'vitest';
import type { ContentItem, Storage } from '../../api/client';
import { choose } from './choose';
import { ContentTable } from './ContentTable';
import { Facts } from './StorageCard';

afterEach(cleanup);

const item = (name: string, c: Partial<ContentItem> = {}): ContentItem => ({
  digest: `sha256:${name}`, name, version: '1.0.0', type: 'kubernetes', sizeBytes: 1, addedAt: '2026-01-01T00:00:00Z',
  sync: { completed: 2, pending: 0, failed: 0, hosts: [] }, ...c,
});
const items = [
  item('core', { version: '1.10.0', sizeBytes: 9, sync: { completed: 1, pending: 1, failed: 0, hosts: [] } }),
  item('addons', { version: '1.9.0', type: 'pack', sizeBytes: 10, addedAt: '2026-02-01T00:00:00Z' }),
  item('broken', { sync: { completed: 1, pending: 0, failed: 1, hosts: [] } }),
];

// Feature 89.
it.each([
  ['', '', '', 'name', false, 'addons broken core'],
  ['', '', '', 'sizeBytes', true, 'addons core broken'],
  ['', '', '', 'version', true, 'core addons broken'],
  ['', '', '', 'addedAt', true, 'addons broken core'],
  ['1.1', '', '', 'name', false, 'core'],
  ['PACK add', '', '', 'name', false, 'addons'],
  ['', 'kubernetes', '', 'name', false, 'broken core'],
  ['', '', 'failed', 'name', false, 'broken'],
  ['', 'pack', 'pending', 'name', false, ''],
] as const)('words %j, type %j, state %j by %s, descending %j: %s', (words, type, state, by, descending, want) => {
  expect(choose([...items], { words, type, state }, by, descending).map((i) => i.name).join(' ')).toBe(want);
});

it('says what to do when nothing matches', () => {
  render(<ContentTable items={items} />);
  fireEvent.change(screen.getByRole('textbox', { name: 'Filter by name' }), { target: { value: 'gone' } });
  fireEvent.click(screen.getByRole('button', { name: 'Show all' }));
  screen.getByText('addons');
});

// Features 91 and 92.
it('tells the pool, the registry and the last upload', () => {
  const storage: Storage = {
    path: '/pool', totalBytes: 100 << 20, freeBytes: 5 << 20, contentBytes: 60 << 20, registry: { address: '127.0.0.1:5081', healthy: false, message: 'It does not answer.' },
    lastUpload: { name: 'b.tar.zst', sizeBytes: 1 << 20, sha256: 'ab12', at: '2026-01-02T03:04:05Z', error: 'damaged' },
    unfinished: [{ name: 'c.tar.zst', sizeBytes: 10, receivedBytes: 3, updatedAt: '2026-01-02T03:04:05Z' }],
  };
  render(<Facts storage={storage} />);
  for (const text of [/5.0 MiB free of 100 MiB/, /It does not answer/, /b.tar.zst, 1.0 MiB/, /SHA-256 ab12/, /damaged/, /c.tar.zst stopped at 30 %/]) screen.getByText(text);
});

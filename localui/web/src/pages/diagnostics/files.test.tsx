import { cleanup, render, screen } from '@testing-library/react';
import { afterEach, expect, it, vi } from 'vitest';
import { CallerContext } from '../../api/caller';
import { Files } from './Files';

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

function page(role: string, files: object[]) {
  vi.stubGlobal('fetch', vi.fn(async () => Response.json(files)));
  render(<CallerContext.Provider value={{ user: 'ann', role, leave: () => {} }}><Files /></CallerContext.Provider>);
}

const dump = { folder: 'coredumps', name: 'core.x 100%.zst', sizeBytes: 2048, modifiedAt: '2026-11-20T10:00:00Z' };

// Feature 139.
it('offers each file to administrators', async () => {
  page('admin', [dump]);
  const link = await screen.findByRole('link', { name: 'Download core.x 100%.zst' });
  expect(link.getAttribute('href')).toBe('/api/v1/diag/files/coredumps/core.x%20100%25.zst');
  expect(link.getAttribute('download')).toBe(dump.name);
  screen.getByText('Core dump');
  screen.getByText('2.0 KiB');
});

it('tells viewers who may have them, and everybody where files come from', async () => {
  page('viewer', [dump]);
  await screen.findByText('Only an administrator may download these.');
  expect(screen.queryByRole('link')).toBeNull();
  cleanup();
  page('admin', []);
  await screen.findByText('There are no files');
});

import { act, cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react';
import { MemoryRouter } from 'react-router';
import { Upload, type DetailedError, type HttpRequest, type HttpResponse } from 'tus-js-client';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { CallerContext } from '../../api/caller';
import type { ContentItem, Operation } from '../../api/client';
import type { Live } from '../../api/live';
import ContentPage from './ContentPage';
import { UploadArea } from './UploadArea';

const mocks = vi.hoisted(() => ({ live: {} as Live }));
vi.mock('../../api/live', () => ({ useLive: () => mocks.live }));

/** Uploads that were begun; nothing goes over a network. */
let sent: Upload[] = [];
const started = vi.fn();
const aborted = vi.fn();

const item = (c: Partial<ContentItem> = {}): ContentItem => ({
  digest: 'sha256:a', name: 'core', version: '1.0.0', type: 'kubernetes', sizeBytes: 4 << 20, addedAt: '2026-01-01T00:00:00Z', sync: { completed: 1, pending: 0, failed: 0, hosts: [] }, ...c,
});
const operation = (c: Partial<Operation>): Operation => ({ id: 'o', kind: 'content.import', title: '', state: 'running', progress: null, createdAt: '', endedAt: null, error: '', steps: [], ...c });
const show = () => (
  <CallerContext value={{ user: 'ann', role: 'admin', leave: () => {} }}>
    <MemoryRouter><ContentPage /></MemoryRouter>
  </CallerContext>
);

beforeEach(() => {
  mocks.live = { connected: true, link: { role: 'leader', leader: 'h1', epoch: 1, hosts: [] }, content: [], operations: [] };
  sent = [];
  vi.spyOn(Upload.prototype, 'findPreviousUploads').mockResolvedValue([]);
  vi.spyOn(Upload.prototype, 'start').mockImplementation(function (this: Upload) {
    if (!sent.includes(this)) sent.push(this);
    started(this);
  });
  vi.spyOn(Upload.prototype, 'abort').mockImplementation(async function (this: Upload, terminate?: boolean) {
    aborted(this, terminate);
  });
  const storage = { path: '/pool', totalBytes: 100, freeBytes: 50, contentBytes: 10, registry: { address: '127.0.0.1:5081', healthy: true, message: '' }, unfinished: [] };
  vi.stubGlobal('fetch', vi.fn(async (r: Request) => Response.json(r.url.endsWith('/storage') ? storage : { item: item(), definitions: ['default 1.0.0'], packs: [], images: [] })));
});
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

// Feature 81: several files at once, by choice or by drop, each with its own progress, pause and resume.
it('sends several files, each with its progress, and lets one pause and go on', async () => {
  const view = render(<UploadArea />);
  const files = [new File(['a'.repeat(100)], 'a.tar.zst'), new File(['b'.repeat(100)], 'b.tar.zst')];
  fireEvent.change(document.querySelector('input[type=file]')!, { target: { files } });
  fireEvent.drop(document.querySelector('.pf-v6-c-card')!, { dataTransfer: { files: [new File(['c'], 'c.tar.zst')] } });
  await waitFor(() => expect(sent).toHaveLength(3));
  const [first, second] = [sent.find((u) => (u.file as File).name === 'a.tar.zst')!, sent.find((u) => (u.file as File).name === 'b.tar.zst')!];
  const bar = (name: string) => screen.getByRole('progressbar', { name }).getAttribute('aria-valuenow');
  act(() => first.options.onProgress!(25, 100));
  act(() => second.options.onProgress!(50, 100));
  expect([bar('a.tar.zst'), bar('b.tar.zst'), bar('c.tar.zst')]).toEqual(['25', '50', '0']);
  fireEvent.click(screen.getAllByRole('button', { name: 'Pause' })[0]!);
  await screen.findByText('Paused · 25 B / 100 B');
  expect(aborted).toHaveBeenLastCalledWith(first, undefined);
  fireEvent.click(screen.getByRole('button', { name: 'Resume' }));
  expect(started.mock.calls.filter(([u]) => u === first)).toHaveLength(2);
  // The network is lost and the host does not answer: it is tried again; what the host refuses is not.
  const retried = (response: object | null) => second.options.onShouldRetry!({ originalResponse: response } as DetailedError, 0, second.options);
  act(() => expect(retried(null)).toBe(true));
  screen.getByText('The host does not answer; trying again · 50 B / 100 B');
  act(() => expect(retried({ getStatus: () => 422 })).toBe(false));
  act(() => void first.options.onAfterResponse!({} as HttpRequest, { getHeader: () => 'o' } as unknown as HttpResponse));
  act(() => first.options.onSuccess!({ lastResponse: {} as HttpResponse }));
  screen.getByText('Verifying and unpacking');
  mocks.live = { ...mocks.live, operations: [operation({ steps: [{ name: 'unpack', state: 'running', progress: { done: 1 << 20, total: 4 << 20, unit: 'bytes' }, startedAt: null, endedAt: null, message: '' }] })] };
  view.rerender(<UploadArea />);
  screen.getByText('Verifying and unpacking · 1.0 MiB / 4.0 MiB');
  mocks.live = { ...mocks.live, operations: [operation({ state: 'succeeded' })] };
  view.rerender(<UploadArea />);
  screen.getByText('Upload successful');
  fireEvent.click(screen.getAllByRole('button', { name: 'Discard' })[0]!);
  await waitFor(() => expect(aborted).toHaveBeenLastCalledWith(second, true));
});

// Feature 88.
it('says how many items some host does not have yet', () => {
  mocks.live.content = [item({ sync: { completed: 1, pending: 2, failed: 0, hosts: [] } }), item({ digest: 'sha256:b', sync: { completed: 2, pending: 1, failed: 0, hosts: [] } }), item({ digest: 'sha256:c' })];
  const view = render(show());
  screen.getByText('Syncing content: (2) items are pending');
  mocks.live = { ...mocks.live, content: [item()] };
  view.rerender(show());
  expect(screen.queryByText(/items are pending/)).toBeNull();
});

// Feature 90: the state of an item on every host, with what went wrong.
it('shows how far an item is on each host, and why it is not', async () => {
  const host = (id: string, c: object) => ({ id, name: id, state: 'completed' as const, completedBytes: 4 << 20, totalBytes: 4 << 20, error: '', ...c });
  mocks.live.content = [item({ sync: { completed: 1, pending: 1, failed: 1, hosts: [host('h1', {}), host('h2', { state: 'pending', completedBytes: 1 << 20 }), host('h3', { state: 'failed', completedBytes: 0, error: 'The disk of h3 is full.' })] } })];
  render(show());
  screen.getByText('1 of 3 hosts');
  fireEvent.click(screen.getByRole('button', { name: 'Details' }));
  for (const text of ['h1', 'h2', 'h3', '1.0 MiB / 4.0 MiB (25 %)', 'The disk of h3 is full.']) screen.getByText(text);
  await screen.findByText('default 1.0.0'); // feature 86: what came with it
});

it('says what a verification found', () => {
  mocks.live.content = [item()];
  mocks.live.operations = [operation({ kind: 'content.verify', state: 'succeeded', endedAt: '2026-01-02T03:04:05Z' })];
  const view = render(show());
  screen.getByText(/is as it should be/);
  mocks.live = { ...mocks.live, operations: [operation({ kind: 'content.verify', state: 'succeeded', steps: [{ name: 'verify', state: 'succeeded', progress: null, startedAt: null, endedAt: null, message: '2 blobs were damaged' }] })] };
  view.rerender(show());
  screen.getByText(/2 blobs were damaged/);
});

it('tells the next step while there is no content', () => {
  render(show());
  screen.getByText(/Upload a content bundle. It holds what a cluster is made of/);
});

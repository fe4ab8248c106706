import { expect, it } from 'vitest';
import type { Operation } from '../../api/client';
import { pendingItems } from './pending';
import { look } from './UploadArea';
import { reason, type UploadState } from './uploads';

const upload = (c: Partial<UploadState>): UploadState => ({ key: 1, name: 'b', size: 200, sent: 50, state: 'uploading', ...c });
const op = (state: string, done = 0): Operation => ({ id: 'o', kind: 'content.import', title: '', state, progress: null, createdAt: '', endedAt: null, error: state === 'failed' ? 'damaged' : '',
  steps: [{ name: 'unpack', state, progress: { done, total: 10, unit: 'bytes' }, startedAt: null, endedAt: null, message: '' }] });

it.each([
  [upload({}), undefined, 25, '50 B / 200 B'],
  [upload({ state: 'paused' }), undefined, 25, 'Paused · 50 B / 200 B'],
  [upload({ state: 'failed', error: 'no space' }), undefined, 25, 'no space'],
  [upload({ state: 'sent', sent: 200 }), undefined, 0, 'Verifying and unpacking'],
  [upload({ state: 'sent', sent: 200 }), op('running', 5), 50, 'Verifying and unpacking · 5 B / 10 B'],
  [upload({ state: 'sent', sent: 200 }), op('failed'), 100, 'damaged'],
  [upload({ state: 'sent', sent: 200 }), op('succeeded', 10), 100, 'Upload successful'],
])('%j with %j', (u, o, value, text) => expect(look(u, o)).toMatchObject({ value, text }));

it('says what the host said', () => {
  expect(reason({ message: 'tus: failed', originalResponse: { getBody: () => '{"detail":"The pool is full."}' } })).toBe('The pool is full.');
  expect(reason({ message: 'tus: failed', originalResponse: null })).toContain('goes on where it stopped');
});

it('counts items that some host lacks', () => {
  const item = (pending: number) => ({ sync: { pending } });
  expect(pendingItems([item(0), item(2), item(1)])).toBe(2);
});

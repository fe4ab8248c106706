import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, expect, it, vi } from 'vitest';
import { CallerContext } from '../../api/caller';
import type { LogEntry } from '../../api/client';
import { complete, type Question } from './ask';
import { append, kept } from './lines';
import { Tests } from './Tests';
import { fileOf, queryOf } from './wanted';

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

const q = (c: Partial<Question>): Question => ({ kind: 'ping', target: 'h2', port: '443', record: '', server: '', ...c });

it.each([
  [q({}), true],
  [q({ target: '  ' }), false],
  [q({ kind: 'port', port: '65535' }), true],
  [q({ kind: 'port', port: '65536' }), false],
  [q({ kind: 'port', port: '' }), false],
  [q({ kind: 'dns', port: '' }), true],
])('%j can be asked: %s', (question, want) => expect(complete(question)).toBe(want));

it('keeps the newest lines', () => {
  const lines = (n: number, from = 0) => Array.from({ length: n }, (_, i) => ({ message: String(from + i) }) as LogEntry);
  const old = lines(kept - 1);
  expect(append(old, [])).toBe(old);
  const all = append(old, lines(3, kept - 1));
  expect([all.length, all[0]?.message, all.at(-1)?.message]).toEqual([kept, '2', String(kept + 1)]);
});

// Feature 135.
it('asks for what is wanted of the audit log, and nothing else', () => {
  const none = { user: '', text: ' ', outcome: '', minutes: 0 };
  expect(queryOf(none, 0)).toEqual({});
  expect(fileOf(none, 'json', 0)).toBe('/api/v1/audit/file?format=json');
  expect(fileOf({ user: 'ann', text: 'a&b', outcome: 'refused', minutes: 60 }, 'csv', 3_600_000)).toBe(
    '/api/v1/audit/file?format=csv&user=ann&text=a%26b&outcome=refused&since=1970-01-01T00%3A00%3A00.000Z');
});

// Features 137, 138.
it('shows what a test said', async () => {
  const asked = vi.fn(async (_: Request) => Response.json({ target: 'h2', reached: false, output: 'h2:22: refused' }));
  vi.stubGlobal('fetch', asked);
  render(<CallerContext.Provider value={{ user: 'ann', role: 'admin', leave: () => {} }}><Tests /></CallerContext.Provider>);
  const run = screen.getByRole('button', { name: 'Run test' });
  expect(run.hasAttribute('disabled')).toBe(true);
  fireEvent.change(screen.getByLabelText('Test'), { target: { value: 'port' } });
  fireEvent.change(screen.getByLabelText(/IP address or host name/), { target: { value: ' h2 ' } });
  fireEvent.change(screen.getByLabelText(/TCP port/), { target: { value: '22' } });
  fireEvent.click(run);
  await screen.findByText('not open');
  screen.getByText('h2:22: refused');
  expect(await asked.mock.calls[0]?.[0].json()).toEqual({ target: 'h2', port: 22 });
});

it('tells a viewer why there is no test', () => {
  render(<CallerContext.Provider value={{ user: 'vic', role: 'viewer', leave: () => {} }}><Tests /></CallerContext.Provider>);
  screen.getByText('Only an administrator may run tests from this host.');
});

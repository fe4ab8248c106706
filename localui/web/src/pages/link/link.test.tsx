import { act, cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react';
import { afterEach, expect, it, vi } from 'vitest';
import { CallerContext } from '../../api/caller';
import type { Link, LinkedHost } from '../../api/client';
import { contentText, HostsTable } from './HostsTable';
import { JoinDialog } from './JoinDialog';
import { lostFor, lostHosts } from './lost';
import { LostHosts } from './LostHosts';
import { TokenCard } from './TokenCard';
import { useToken } from './useToken';

afterEach(() => {
  cleanup();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const now = Date.parse('2026-01-01T00:10:00Z');
const host = (name: string, c: Partial<LinkedHost> = {}): LinkedHost => ({
  id: name, name, address: '10.0.0.1', status: 'Ready', content: 'Synced', health: 'Healthy', role: 'follower', lastSeen: '2026-01-01T00:09:59Z', ...c,
});
const lost = (name: string, at: string, c: Partial<LinkedHost> = {}) => host(name, { health: 'Unreachable', lastSeen: at, ...c });
const group = (...hosts: LinkedHost[]): Link => ({ role: 'leader', leader: 'h1', epoch: 1, hosts });

it.each([
  [host('h2'), 0],
  [lost('h2', '2026-01-01T00:05:00Z'), 300],
  [lost('h2', ''), 0],
])('%j is lost for %d seconds', (h, want) => expect(lostFor(h, now)).toBe(want));

it('names only those that are away for long', () => {
  expect(lostHosts(group(host('h1'), lost('h2', '2026-01-01T00:09:50Z'), lost('h3', '2026-01-01T00:00:00Z')), now).map((h) => h.name)).toEqual(['h3']);
});

it('says what to do about a lost host, and lets one do it', () => {
  const unlink = vi.fn();
  const promote = vi.fn();
  render(<LostHosts link={group(lost('h1', '2026-01-01T00:00:00Z', { role: 'leader' }), lost('h2', '2026-01-01T00:00:00Z'))} unlink={unlink} promote={promote} />);
  fireEvent.click(screen.getByRole('button', { name: 'Lead a group of its own' }));
  fireEvent.click(screen.getByRole('button', { name: 'Unlink h2' }));
  expect(promote).toHaveBeenCalledOnce();
  expect(unlink.mock.calls[0]![0].name).toBe('h2');
  cleanup();
  render(<LostHosts link={group(lost('h2', '2026-01-01T00:00:00Z', { status: 'InUse' }))} unlink={unlink} />);
  screen.getByText(/It is part of the cluster/);
  expect(screen.queryByRole('button')).toBeNull();
});

// Feature 77.
it('does not unlink a host of a cluster', () => {
  const unlink = vi.fn();
  render(<HostsTable link={group(host('h1', { role: 'leader' }), host('h2', { status: 'InUse' }), host('h3'))} unlink={unlink} />);
  const menus = screen.getAllByRole('button');
  expect(menus).toHaveLength(2);
  fireEvent.click(menus[0]!);
  screen.getByText(/It is part of the cluster/);
  fireEvent.click(screen.getByRole('menuitem', { name: /Unlink/ }));
  expect(unlink).not.toHaveBeenCalled();
  fireEvent.click(menus[1]!);
  fireEvent.click(screen.getAllByRole('menuitem', { name: /Unlink/ }).at(-1)!);
  expect(unlink.mock.calls[0]![0].name).toBe('h3');
});

// Features 75 and 76: the table of the group.
it('shows each host with the way to its pages, its states, and what is wrong with it', () => {
  render(<HostsTable link={group(host('h1', { role: 'leader' }), host('h2', { address: 'fd00::2', status: 'InUse', health: 'Unhealthy', healthReason: 'The clock is 40 s off.' }))} />);
  expect(screen.getAllByRole('columnheader').map((h) => h.textContent)).toEqual(['IP address', 'Name', 'Role', 'Status', 'Content', 'Health', 'Last seen']);
  expect(screen.getAllByRole('link').map((a) => a.getAttribute('href'))).toEqual(['https://10.0.0.1:5080', 'https://[fd00::2]:5080']);
  for (const text of ['Leader', 'Follower', 'Ready', 'In use', 'Healthy', /The clock is 40 s off/]) screen.getByText(text);
});

function Card({ leads = true }: { leads?: boolean }) {
  const token = useToken(leads);
  return (
    <CallerContext value={{ user: 'ann', role: 'admin', leave: () => {} }}>
      <TokenCard token={token} />
      <button onClick={() => void token.generate()}>generate</button>
    </CallerContext>
  );
}

// Features 71, 72 and 78: a token is made, copied, renewed before one's eyes, and stopped.
it('renews the token that is shown, copies it and stops', async () => {
  vi.useFakeTimers({ now });
  const asked: string[] = [];
  let token = 'first';
  vi.stubGlobal('fetch', vi.fn(async (r: Request) => {
    asked.push(r.method);
    if (r.method === 'DELETE') token = '';
    return asked.length === 1 || !token ? new Response(token ? '{}' : null, { status: token ? 404 : 204 }) : Response.json({ token, expiresAt: new Date(now + 97_000).toISOString(), remainingSeconds: 95 });
  }));
  const copied = vi.spyOn(navigator.clipboard, 'writeText').mockResolvedValue();
  render(<Card />);
  const wait = (ms: number) => act(() => vi.advanceTimersByTimeAsync(ms));
  await wait(0);
  expect(screen.queryByText('Link token')).toBeNull(); // nobody has asked for one
  fireEvent.click(screen.getByRole('button', { name: 'generate' }));
  await wait(0);
  const shown = () => screen.getByRole<HTMLInputElement>('textbox', { name: 'Link token' }).value;
  expect(shown()).toBe('first');
  await wait(2000);
  screen.getByText('1:35');
  fireEvent.click(screen.getByRole('button', { name: 'Copy' }));
  expect(copied).toHaveBeenCalledWith('first');
  token = 'second';
  await wait(2000);
  expect(shown()).toBe('second');
  fireEvent.click(screen.getByRole('button', { name: 'Stop token generation' }));
  await wait(0);
  expect(asked.at(-1)).toBe('DELETE');
  expect(screen.queryByText('Link token')).toBeNull();
});

it('shows how far the content is', () => {
  expect(contentText(host('h2', { content: 'Syncing', completedBytes: 1 << 20, totalBytes: 4 << 20 }))).toBe('Syncing 25 %, 1.0 MiB / 4.0 MiB');
  expect(contentText(host('h2'))).toBe('Synced');
});

// Feature 73: content of its own goes only when one says so.
it('asks before a host loses its content', async () => {
  const sent: string[] = [];
  vi.stubGlobal('fetch', vi.fn(async (r: Request) => {
    if (r.method === 'POST') sent.push(await r.clone().text());
    const body = sent.length === 1 ? { type: 'urn:slipway:link:has-content', title: '', status: 409, detail: 'This host has 1 content bundle of its own.' } : { id: 'o', kind: 'link.join', state: 'succeeded', steps: [] };
    return new Response(JSON.stringify(body), { status: sent.length === 1 ? 409 : 202, headers: { 'Content-Type': 'application/json' } });
  }));
  const close = vi.fn();
  render(<JoinDialog close={close} />);
  fireEvent.change(document.getElementById('token')!, { target: { value: ' abc \n' } });
  fireEvent.click(screen.getByRole('button', { name: 'Confirm' }));
  fireEvent.click(await screen.findByLabelText(/Let the content go/));
  fireEvent.click(screen.getByRole('button', { name: 'Confirm' }));
  await waitFor(() => expect(close).toHaveBeenCalled());
  expect(sent.map((x) => JSON.parse(x) as object)).toEqual([{ token: 'abc', dropContent: false }, { token: 'abc', dropContent: true }]);
});

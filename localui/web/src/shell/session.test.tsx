import { act, cleanup, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { SessionEnd } from './SessionEnd';

beforeEach(() => {
  vi.useFakeTimers({ now: Date.parse('2026-11-20T10:00:00Z') });
});

afterEach(() => {
  cleanup();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

// Feature 42: the clock of this browser is an hour behind the host's; the offer comes at the right time all the same.
it('offers to stay five minutes before the session ends', async () => {
  let expires = '2026-11-20T11:06:00Z';
  const asked: string[] = [];
  vi.stubGlobal('fetch', vi.fn(async (q: Request) => {
    asked.push(`${q.method} ${new URL(q.url).pathname}`);
    if (q.method === 'POST') expires = '2026-11-20T13:00:00Z';
    return Response.json({ user: 'ann', role: 'admin', expiresAt: expires }, { headers: { Date: new Date(Date.now() + 3600_000).toUTCString() } });
  }));
  render(<SessionEnd />);
  await act(() => vi.advanceTimersByTimeAsync(50_000));
  expect(screen.queryByText(/Your session ends/)).toBeNull();
  await act(() => vi.advanceTimersByTimeAsync(15_000));
  screen.getByText(/Your session ends in 4:5/);
  await act(async () => {
    fireEvent.click(screen.getByRole('button', { name: 'Stay logged in' }));
    await vi.advanceTimersByTimeAsync(1000);
  });
  expect(asked).toContain('POST /api/v1/session/renew');
  expect(screen.queryByText(/Your session ends/)).toBeNull();
});

import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, expect, it, vi } from 'vitest';
import { CallerContext } from '../../api/caller';
import { KeysPage } from './Keys';

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

const key = (comment: string) => [{ type: 'ssh-ed25519', fingerprint: `SHA256:${comment}`, comment }];

function page(role: string) {
  const asked: string[] = [];
  vi.stubGlobal('fetch', vi.fn(async (q: Request) => {
    const path = new URL(q.url).pathname.replace('/api/v1', '');
    asked.push(path);
    return Response.json(path === '/users' ? [{ name: 'ann', role: 'admin', locked: false }, { name: 'bob', role: 'viewer', locked: false }] : key(path.split('/')[2] ?? ''));
  }));
  render(<CallerContext.Provider value={{ user: 'ann', role, leave: () => {} }}><KeysPage /></CallerContext.Provider>);
  return asked;
}

// Feature 46.
it('shows an administrator the keys of whom they choose', async () => {
  page('admin');
  await screen.findByRole('button', { name: 'Remove SSH key ann' });
  fireEvent.change(await screen.findByLabelText('User name'), { target: { value: 'bob' } });
  await screen.findByRole('button', { name: 'Remove SSH key bob' });
});

it('shows others their own keys only', async () => {
  const asked = page('viewer');
  await screen.findByRole('button', { name: 'Remove SSH key ann' });
  expect(asked).toEqual(['/users/ann/keys']);
  expect(screen.queryByLabelText('User name')).toBeNull();
});

import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react';
import { afterEach, expect, it, vi } from 'vitest';
import { FirstVisit } from './FirstVisit';
import { Login } from './Login';

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

const type = (id: string, value: string) => fireEvent.change(document.getElementById(id)!, { target: { value } });
const answer = (status: number, body?: object) =>
  vi.stubGlobal('fetch', vi.fn(async () => new Response(body ? JSON.stringify(body) : null, { status, headers: { 'Content-Type': 'application/json' } })));

it('says why a login was refused, and forgets the password', async () => {
  answer(429, { type: 'urn:slipway:login:locked', title: 'locked', status: 429, detail: 'The user is locked for 15 minutes.' });
  const done = vi.fn();
  render(<Login done={done} />);
  type('user', 'ann');
  type('password', 'wrong');
  fireEvent.click(screen.getByRole('button', { name: 'Log in' }));
  await screen.findByText('The user is locked for 15 minutes.');
  expect(done).not.toHaveBeenCalled();
  expect((document.getElementById('password') as HTMLInputElement).value).toBe('');
});

// Feature 5: the user that an appliance presets.
it('asks for a new password when the old one must be changed', async () => {
  answer(403, { type: 'urn:slipway:login:must-change', title: 'must change', status: 403, detail: 'Choose a new password to log in.' });
  const done = vi.fn();
  render(<Login done={done} />);
  type('user', 'ann');
  type('password', 'preset by the appliance');
  fireEvent.click(screen.getByRole('button', { name: 'Log in' }));
  await screen.findByText('Choose a new password to log in.');
  answer(200, { token: 'x' });
  const change = screen.getByRole('button', { name: 'Set the password and log in' }) as HTMLButtonElement;
  type('next', 'a lighthouse at noon');
  type('again', 'something else');
  expect(change.disabled).toBe(true);
  type('again', 'a lighthouse at noon');
  fireEvent.click(change);
  await waitFor(() => expect(done).toHaveBeenCalled());
  const request = vi.mocked(fetch).mock.calls[0]?.[0] as Request;
  expect(await request.json()).toMatchObject({ user: 'ann', password: 'preset by the appliance', newPassword: 'a lighthouse at noon' });
});

it('creates the first user only when both passwords are the same', async () => {
  answer(204);
  const done = vi.fn();
  render(<FirstVisit done={done} />);
  const button = screen.getByRole('button', { name: 'Create user' }) as HTMLButtonElement;
  type('code', 'ABCD');
  type('user', 'ann');
  type('password', 'a long one');
  type('password-again', 'a wrong one');
  screen.getByText('The two passwords differ.');
  expect(button.disabled).toBe(true);
  type('password-again', 'a long one');
  expect(button.disabled).toBe(false);
  fireEvent.click(button);
  await waitFor(() => expect(done).toHaveBeenCalled());
});

import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react';
import { afterEach, expect, it, vi } from 'vitest';
import { NewPassword, rulesOf } from './NewPassword';

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

// Feature 45: the rules of the host, said as one types.
it.each([
  [{ minLength: 8, classes: 0 }, 'seven77', [false]],
  [{ minLength: 8, classes: 1 }, 'пароль-1', [true]],
  [{ minLength: 12, classes: 3 }, 'lower and 1 number', [true, true]],
  [{ minLength: 12, classes: 4 }, 'lower and 1 number', [true, false]],
  [{ minLength: 12, classes: 3 }, 'Aa1', [false, true]],
])('%j: %s', (rules, password, met) => {
  expect(rulesOf(rules, password).map((r) => r.met)).toEqual(met);
});

it('gives a password only when the rules of the host are met and it was typed twice', async () => {
  vi.stubGlobal('fetch', vi.fn(async () => Response.json({ needed: false, password: { minLength: 10, classes: 3 } })));
  const change = vi.fn();
  render(<NewPassword id="p" label="New password" change={change} />);
  await screen.findByText(/At least 10 characters/);
  const type = (id: string, value: string) => fireEvent.change(document.getElementById(id)!, { target: { value } });
  type('p', 'Short 1');
  type('p-again', 'Short 1');
  expect(change).toHaveBeenLastCalledWith('');
  type('p', 'Long enough 1');
  screen.getByText('The two passwords differ.');
  expect(change).toHaveBeenLastCalledWith('');
  type('p-again', 'Long enough 1');
  await waitFor(() => expect(change).toHaveBeenLastCalledWith('Long enough 1'));
});

import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react';
import { afterEach, expect, it, vi } from 'vitest';
import { offsetOf } from './offset';
import { UserDataButton, UserDataDialog } from './UserData';
import { CallerContext } from '../../api/caller';
import type { Host } from '../../api/client';

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

const text = '#cloud-config\nslipway: {tags: {a: b}}\n';

/** A host that finds `problems` in every text but the first. */
function host(data: object, problems: object[]) {
  const asked: [string, unknown][] = [];
  vi.stubGlobal('fetch', vi.fn(async (q: Request) => {
    const body = q.method === 'GET' ? undefined : await q.json();
    asked.push([`${q.method} ${new URL(q.url).pathname.replace('/api/v1', '')}`, body]);
    if (q.url.endsWith('/check')) return Response.json({ problems: (body as { text: string }).text === text ? [] : problems });
    return Response.json({ text, editable: true, pending: false, file: '/oem/90_custom.yaml', revision: 'r1', ...data });
  }));
  return asked;
}

// Feature 67.
it('says while one types what is wrong, and leads to the place', async () => {
  const asked = host({}, [{ line: 2, column: 18, message: 'tags: no.' }]);
  render(<UserDataDialog close={() => {}} />);
  const box = (await screen.findByLabelText('Cloud-config (YAML)')) as HTMLTextAreaElement;
  const save = screen.getByRole('button', { name: 'Save for the next boot' }) as HTMLButtonElement;
  screen.getByText(/What you save takes effect at the next boot/);
  expect(save.disabled).toBe(true);
  const wrong = text.replace('a: b', '-: b');
  fireEvent.change(box, { target: { value: wrong } });
  fireEvent.click(await screen.findByRole('button', { name: 'Line 2, column 18:' }));
  expect(box.selectionStart).toBe(wrong.indexOf('-: b'));
  expect(document.activeElement).toBe(box);
  expect(save.disabled).toBe(true);
  expect(asked.some(([what]) => what === 'PUT /host/user-data')).toBe(false);
});

it('saves what is right, of the text that was read', async () => {
  const asked = host({}, []);
  const close = vi.fn();
  render(<UserDataDialog close={close} />);
  fireEvent.change(await screen.findByLabelText('Cloud-config (YAML)'), { target: { value: `${text}# more\n` } });
  const save = screen.getByRole('button', { name: 'Save for the next boot' }) as HTMLButtonElement;
  await waitFor(() => expect(save.disabled).toBe(false));
  fireEvent.click(save);
  await waitFor(() => expect(close).toHaveBeenCalled());
  expect(asked.at(-1)).toEqual(['PUT /host/user-data', { text: `${text}# more\n`, revision: 'r1' }]);
});

it('says why the user data cannot be edited', async () => {
  host({ editable: false, reason: 'This host is in a cluster.' }, []);
  render(<UserDataDialog close={() => {}} />);
  await screen.findByText('This host is in a cluster.');
  expect(screen.queryByLabelText('Cloud-config (YAML)')).toBeNull();
});

it.each([[true, 'admin', true], [true, 'viewer', false], [false, 'admin', false]])('the gate %s for a %s: %s', (userDataForm, role, shown) => {
  render(
    <CallerContext.Provider value={{ user: 'ann', role, leave: () => {} }}><UserDataButton host={{ userDataForm } as Host} changed={async () => {}} /></CallerContext.Provider>,
  );
  expect(!!screen.queryByRole('button', { name: 'Edit user data' })).toBe(shown);
});

it('finds the place of a line and column', () => {
  expect(offsetOf('a\nb𝄞c\n', 2, 3)).toBe(5);
  expect(offsetOf('a\nb', 2, 9)).toBe(3);
  expect(offsetOf('a', 7, 1)).toBe(1);
});

import { cleanup, fireEvent, render, screen, waitFor, within } from '@testing-library/react';
import { MemoryRouter } from 'react-router';
import { afterEach, expect, it, vi } from 'vitest';
import { CallerContext } from '../../api/caller';
import { Appearance } from './Appearance';

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

/** A host that looks like this; `refuse` is what it says to every change. */
function page(look: object, menu: object = {}, role = 'admin', refuse?: object) {
  const asked: [string, unknown][] = [];
  vi.stubGlobal('fetch', vi.fn(async (q: Request) => {
    const path = new URL(q.url).pathname.replace('/api/v1', '');
    const body = q.method === 'GET' ? '' : await q.text();
    asked.push([`${q.method} ${path}`, body ? JSON.parse(body) : undefined]);
    if (q.method !== 'GET') return refuse ? new Response(JSON.stringify(refuse), { status: 422 }) : new Response(null, { status: 204 });
    if (path === '/theme/pages/help') return new Response('<p>Call us.</p>');
    return Response.json(path === '/theme/menu' ? { links: [], pages: [], ...menu } : look);
  }));
  render(<CallerContext.Provider value={{ user: 'ann', role, leave: () => {} }}><MemoryRouter><Appearance /></MemoryRouter></CallerContext.Provider>);
  return asked;
}

const type = (label: string, value: string) => fireEvent.change(screen.getByLabelText(label), { target: { value } });
const button = (name: string) => screen.getByRole('button', { name }) as HTMLButtonElement;

// Features 48 and 51.
it('saves colours, banner and consent, and leaves out a consent without a text', async () => {
  const asked = page({ brandColor: '#0f5ba7', consent: { title: 'Terms', text: 'Behave.' } });
  await screen.findByLabelText('Brand colour');
  expect((screen.getByLabelText('Choose Brand colour') as HTMLInputElement).value).toBe('#0f5ba7');
  type('Choose Sidebar colour', '#10304f');
  expect((screen.getByLabelText('Sidebar colour') as HTMLInputElement).value).toBe('#10304f');
  type('Banner', 'For members only');
  fireEvent.click(button('Save'));
  await screen.findByText('Saved.');
  const look = { brandColor: '#0f5ba7', sidebarColor: '#10304f', banner: 'For members only', links: [] };
  expect(asked).toContainEqual(['PUT /theme', { ...look, consent: { title: 'Terms', text: 'Behave.' } }]);
  type('Consent: text', '  ');
  fireEvent.click(button('Save'));
  await waitFor(() => expect(asked).toContainEqual(['PUT /theme', look]));
});

// Feature 49.
it('says why a link is refused, and drops it', async () => {
  page({}, { links: [{ label: 'Wiki', url: 'https://wiki.example/' }] }, 'admin', { type: 'urn:slipway:theme', detail: 'The link Wiki needs an address such as https://example.org.' });
  await screen.findByRole('group', { name: 'Wiki' });
  type('Address', 'javascript:alert(1)');
  fireEvent.click(button('Save'));
  await screen.findByText('The link Wiki needs an address such as https://example.org.');
  expect(screen.queryByText('Saved.')).toBeNull();
  fireEvent.click(button('Remove link Wiki'));
  expect(screen.queryByRole('group', { name: 'Wiki' })).toBeNull();
  fireEvent.click(button('Add link'));
  expect((screen.getByLabelText('Address') as HTMLInputElement).value).toBe('https://');
});

// Feature 48: a logo that the host refuses is said, and the field takes the next file.
it('uploads a logo as base64', async () => {
  const asked = page({}, {}, 'admin', { type: 'urn:slipway:theme', detail: 'the image does more than draw.' });
  fireEvent.change(await screen.findByLabelText('Choose a logo'), { target: { files: [new File(['<svg/>'], 'logo.svg')] } });
  await screen.findByText('The image does more than draw.');
  expect(asked).toContainEqual(['PUT /theme/logo', { data: btoa('<svg/>') }]);
  expect((screen.getByLabelText('Choose a logo') as HTMLInputElement).disabled).toBe(false);
});

// Feature 50.
it('edits a static page under the name that it has, and asks before it removes one', async () => {
  const asked = page({}, { pages: [{ name: 'help', title: 'Help' }] });
  fireEvent.click(await screen.findByRole('button', { name: 'Edit page Help' }));
  await waitFor(() => expect((screen.getByLabelText('HTML') as HTMLTextAreaElement).value).toBe('<p>Call us.</p>'));
  expect((screen.getByLabelText('Name in the address') as HTMLInputElement).disabled).toBe(true);
  type('Title', '');
  const save = within(screen.getByRole('dialog')).getByRole('button', { name: 'Save' }) as HTMLButtonElement;
  expect(save.disabled).toBe(true);
  type('Title', 'Who helps');
  fireEvent.click(save);
  await waitFor(() => expect(asked).toContainEqual(['PUT /theme/pages/help', { title: 'Who helps', group: '', html: '<p>Call us.</p>' }]));
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  fireEvent.click(button('Remove page Help'));
  screen.getByText('Its menu entry and its text are deleted from this host.');
});

it('shows viewers how the host looks, with nothing to change', async () => {
  page({}, { pages: [{ name: 'help', title: 'Help' }], trouble: 'theme.yaml: line 2 is wrong' }, 'viewer');
  await screen.findByText('theme.yaml: line 2 is wrong');
  expect(screen.queryByLabelText('Brand colour')).toBeNull();
  expect(screen.queryByLabelText('Choose a logo')).toBeNull();
  expect(screen.queryByRole('button', { name: 'Edit page Help' })).toBeNull();
});

import { cleanup, fireEvent, render, screen, waitFor, within } from '@testing-library/react';
import { afterEach, expect, it, vi } from 'vitest';
import { CallerContext } from '../../api/caller';
import { Certificate } from './Certificate';

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

const selfSigned = { own: false, selfSigned: true, requested: false, subject: 'CN=h1', issuer: 'CN=h1', names: ['h1', '192.0.2.7'], notBefore: '2026-11-20T10:00:00Z', notAfter: '2036-11-20T10:00:00Z', fingerprint: 'AB:CD', warnings: [] as string[] };

/** A host with this certificate; `refuse` is what it says to every change. */
function page(certificate: object, role = 'admin', refuse?: object) {
  const asked: [string, unknown][] = [];
  vi.stubGlobal('fetch', vi.fn(async (q: Request) => {
    const body = q.method === 'GET' ? undefined : await q.text();
    asked.push([`${q.method} ${new URL(q.url).pathname.replace('/api/v1', '')}`, body ? JSON.parse(body) : undefined]);
    if (q.method !== 'GET' && refuse) return new Response(JSON.stringify(refuse), { status: 422, headers: { 'Content-Type': 'application/problem+json' } });
    if (q.url.endsWith('/request')) return Response.json({ request: '-----BEGIN CERTIFICATE REQUEST-----' });
    return q.method === 'DELETE' ? new Response(null, { status: 204 }) : Response.json({ ...selfSigned, ...certificate });
  }));
  render(<CallerContext.Provider value={{ user: 'ann', role, leave: () => {} }}><Certificate /></CallerContext.Provider>);
  return asked;
}

const open = async (name: string) => {
  fireEvent.click(await screen.findByRole('button', { name }));
  return within(await screen.findByRole('dialog'));
};

// The own certificate of a host (issue 4, Settings): request, installation, expiry, the way back.
it('asks for a signing request with the names that were typed', async () => {
  const asked = page({});
  await screen.findByText('Itself (self-signed)');
  const box = await open('Create signing request');
  const fetchIt = box.getByRole('button', { name: 'Download' }) as HTMLButtonElement;
  expect(fetchIt.disabled).toBe(true);
  fireEvent.change(box.getByLabelText('Host names and addresses'), { target: { value: 'h1.example, 192.0.2.7 ' } });
  fireEvent.change(box.getByLabelText('Organization'), { target: { value: ' Harbour ' } });
  fireEvent.click(box.getByRole('button', { name: 'Create request' }));
  await box.findByText(/BEGIN CERTIFICATE REQUEST/);
  expect(fetchIt.disabled).toBe(false);
  expect(asked).toContainEqual(['POST /host/certificate/request', { names: ['h1.example', '192.0.2.7'], organization: 'Harbour' }]);
});

it('installs a chain without a key when the key waits on the host', async () => {
  const asked = page({ requested: true });
  await screen.findByText(/A key waits on this host/);
  const box = await open('Install certificate');
  const install = box.getByRole('button', { name: 'Install certificate' }) as HTMLButtonElement;
  box.getByText('Leave empty: the key of the request is on this host.');
  expect(install.disabled).toBe(true);
  fireEvent.change(box.getByLabelText('Certificate chain (PEM)'), { target: { value: 'CHAIN' } });
  fireEvent.click(install);
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  expect(asked).toContainEqual(['PUT /host/certificate', { chain: 'CHAIN', key: '' }]);
});

it('takes PEM from a file, and says why the host refuses it', async () => {
  page({}, 'admin', { type: 'urn:slipway:certificate', detail: 'the key does not belong to the certificate.' });
  const box = await open('Install certificate');
  fireEvent.change(box.getByLabelText('Private key (PEM) from a file'), { target: { files: [new File(['KEY'], 'host.key')] } });
  await waitFor(() => expect((box.getByLabelText('Private key (PEM)') as HTMLTextAreaElement).value).toBe('KEY'));
  fireEvent.change(box.getByLabelText('Certificate chain (PEM)'), { target: { value: 'CHAIN' } });
  fireEvent.click(box.getByRole('button', { name: 'Install certificate' }));
  await box.findByText('The key does not belong to the certificate.');
});

it('tells what is wrong with an installed certificate, and goes back to self-signed', async () => {
  const asked = page({ own: true, selfSigned: false, issuer: 'CN=Harbour authority', warnings: ['The certificate expires on 2026-12-09, in 9 days.'] });
  await screen.findByText('The certificate expires on 2026-12-09, in 9 days.');
  screen.getByText('CN=Harbour authority');
  const box = await open('Go back to self-signed');
  fireEvent.click(box.getByRole('button', { name: 'Go back to self-signed' }));
  await waitFor(() => expect(asked.some(([what]) => what === 'DELETE /host/certificate')).toBe(true));
});

it('lets viewers look only', async () => {
  page({ own: true }, 'viewer');
  await screen.findByText('AB:CD');
  expect(screen.queryAllByRole('button')).toEqual([]);
});

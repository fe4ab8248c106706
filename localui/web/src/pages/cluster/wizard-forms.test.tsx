import { act, cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react';
import { useState } from 'react';
import { MemoryRouter } from 'react-router';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Definition, LinkedHost, Variable } from '../../api/client';
import { CreateWizard } from './CreateWizard';
import { exportOf, newDraft, type Draft } from './draft';
import { importOf } from './import';
import { NodeStep } from './NodeStep';
import { nodeFaults, variableFaults } from './rules';
import { VariablesStep } from './VariablesStep';

const host = (name: string, role = 'follower'): LinkedHost => ({
  id: `id-${name}`, name, address: '10.0.0.1', status: 'Ready', content: 'Synced', health: 'Healthy', role, adapters: [{ name: 'lan0', address: '10.0.0.1/24', default: true }],
});
const hosts = [host('h1', 'leader'), host('h2'), host('h3')];
const variable = (v: Partial<Variable>): Variable => ({ name: 'x', format: 'string', ...v });
const definitionOf = (...variables: Variable[]): Definition => ({ name: 'default', version: '1', packs: [], variables });

let asked: { method: string; path: string; body: string }[] = [];

/** The host: what it answers by path, and 204 else. */
function answer(by: Record<string, object>) {
  vi.stubGlobal('fetch', vi.fn(async (r: Request) => {
    const path = new URL(r.url).pathname.replace('/api/v1', '');
    asked.push({ method: r.method, path, body: await r.clone().text() });
    const body = by[`${r.method} ${path}`];
    return new Response(body ? JSON.stringify(body) : null, { status: body ? 200 : 204, headers: { 'Content-Type': 'application/json' } });
  }));
}

beforeEach(() => {
  asked = [];
});
afterEach(() => {
  cleanup();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const field = (id: string) => document.getElementById(id) as HTMLInputElement;
const type = (id: string, value: string) => fireEvent.change(field(id), { target: { value } });

function Variables({ definition, seen }: { definition: Definition; seen: (d: Draft) => void }) {
  const [draft, setDraft] = useState<Draft>({ ...newDraft(hosts, [definition]), name: 'harbour' });
  seen(draft);
  return <VariablesStep draft={draft} change={(c) => setDraft({ ...draft, ...c })} faults={variableFaults(draft, definition)} definition={definition} />;
}

// Feature 100.
it('asks every kind of variable in its own way', () => {
  const definition = definitionOf(
    variable({ name: 'cidr', format: 'cidr', default: '10.0.0.0/16', section: 'Networking', required: true, immutable: true }),
    variable({ name: 'fixed', readOnly: true, default: 'odd' }),
    variable({ name: 'unseen', hidden: true, default: 'x' }),
    variable({ name: 'secret', masked: true, required: true }),
    variable({ name: 'pem', format: 'base64', masked: true }),
    variable({ name: 'text', format: 'multiline' }),
    variable({ name: 'on', format: 'boolean', default: 'true' }),
    variable({ name: 'size', required: true, options: [{ value: 's', label: 'Small', description: 'for one' }, { value: 'l' }] }),
  );
  let draft!: Draft;
  render(<Variables definition={definition} seen={(d) => (draft = d)} />);
  expect(screen.getAllByRole('heading').map((h) => h.textContent)).toEqual(['Networking', 'Variables']);
  expect(field('variable-unseen')).toBeNull();
  expect(field('variable-fixed').readOnly).toBe(true);
  expect(field('variable-secret').type).toBe('password');
  expect(field('variable-pem').closest('.sw-masked')).not.toBeNull();
  expect(field('variable-text').tagName).toBe('TEXTAREA');
  screen.getByText('It cannot be changed later.');
  type('variable-cidr', '10.0.0.0/40');
  screen.getByText(/Enter a network such as/);
  type('variable-size', 's');
  screen.getByText('for one');
  fireEvent.click(field('variable-on'));
  type('variable-secret', 'hunter2');
  expect(draft.variables).toEqual({ cidr: '10.0.0.0/40', size: 's', on: 'false', secret: 'hunter2' });
  type('variable-cidr', '10.0.0.0/16');
  expect(draft.variables.cidr).toBeUndefined();
});

// Feature 101.
it('lets the host make a certificate and its key', async () => {
  answer({ 'POST /cluster-certificate': { certificate: 'CERT\n', key: 'KEY\n' } });
  let draft!: Draft;
  const definition = definitionOf(variable({ name: 'ca', displayName: 'Identity CA', format: 'base64', certificateKey: 'caKey' }), variable({ name: 'caKey', format: 'multiline', masked: true }));
  render(<Variables definition={definition} seen={(d) => (draft = d)} />);
  fireEvent.click(screen.getByRole('button', { name: 'Generate Identity CA' }));
  await waitFor(() => expect(draft.variables).toEqual({ ca: btoa('CERT\n'), caKey: 'KEY\n' }));
  expect(JSON.parse(asked[0]!.body)).toEqual({ commonName: 'harbour Identity CA' });
});

// Features 107, 108, 109 and 110.
it('places hosts, with adapter and name, and says what is wrong or could be better', () => {
  let draft: Draft = { ...newDraft(hosts, [definitionOf()]), reached: 'host' };
  const show = () => <NodeStep draft={draft} change={(c) => { draft = { ...draft, ...c }; view.rerender(show()); }} faults={nodeFaults(draft)} hosts={hosts} />;
  const view = render(show());
  const pick = (label: string, value: string) => fireEvent.change(screen.getByLabelText(label), { target: { value } });
  screen.getByText(/needs a virtual IP or a load balancer/);
  expect((screen.getByLabelText('Pool h1') as HTMLSelectElement).disabled).toBe(true);
  fireEvent.click(screen.getByRole('button', { name: 'Add worker pool' }));
  pick('Pool h3', '2');
  screen.getByText(/odd number of hosts, not 2/);
  pick('Pool h2', '2');
  screen.getByText(/With three it survives/);
  pick('Adapter h2', 'lan0');
  pick('Node name h2', 'h-3');
  pick('Node name h3', 'h-3');
  screen.getByText(/Node names must differ/);
  pick('Node name h3', '');
  type('taints-2', 'gpu=yes:Sometimes');
  screen.getByText(/wrong name, label or taint/);
  type('taints-2', 'gpu=yes:NoSchedule');
  pick('Pool h2', '0');
  pick('Pool h3', '0');
  fireEvent.click(screen.getByLabelText('Allow worker capability'));
  screen.getByText(/No host takes ordinary pods/);
});

// Feature 161: kept on the host, without secrets.
it('keeps the answers on the host and begins where one stopped', async () => {
  vi.useFakeTimers();
  const definition = definitionOf(variable({ name: 'secret', masked: true }));
  const begun: Draft = { ...newDraft(hosts, [definition]), variables: { secret: 'hunter2' } };
  answer({ 'PUT /cluster-draft': { spec: 'x', savedAt: '2026-01-02T03:04:05Z', savedBy: 'ann' } });
  render(<MemoryRouter><CreateWizard definitions={[definition]} hosts={hosts} begun={begun} /></MemoryRouter>);
  await act(() => vi.advanceTimersByTimeAsync(5000));
  expect(asked).toEqual([]); // nothing was changed
  type('name', 'harb');
  type('name', 'harbour');
  await act(() => vi.advanceTimersByTimeAsync(1500));
  expect(asked.map((a) => `${a.method} ${a.path}`)).toEqual(['PUT /cluster-draft']);
  const { spec } = JSON.parse(asked[0]!.body) as { spec: string };
  expect(spec).toContain('harbour');
  expect(spec).not.toContain('hunter2');
  screen.getByText(/Kept on this host for ann/);
  fireEvent.click(screen.getByRole('button', { name: 'Discard draft' }));
  fireEvent.click(screen.getAllByRole('button', { name: 'Discard draft' }).at(-1)!);
  await act(() => vi.advanceTimersByTimeAsync(5000));
  expect(asked.map((a) => a.method)).toEqual(['PUT', 'DELETE']);
  expect(field('name').value).toBe('');
});

it('takes up a draft whose hosts and definition are gone', async () => {
  const definition = definitionOf();
  const draft = { ...newDraft(hosts, [definition]), name: 'harbour' };
  const empty = { ...draft, pools: [...draft.pools, { ...draft.pools[0]!, key: 2, name: 'w', role: 'worker' as const }] };
  const back = await importOf(exportOf(empty, definition, true), hosts.slice(0, 2), [], true);
  expect([back.name, back.definition, back.pools.length, Object.keys(back.hosts)]).toEqual(['harbour', '', 2, ['id-h1', 'id-h2']]);
});

// Feature 103: a VIP that somebody has closes the steps after it.
it('asks the network for the VIP as one types', async () => {
  vi.useFakeTimers();
  const definition = definitionOf();
  answer({ 'GET /cluster-vip': { address: '10.0.0.9', state: 'used', message: '10.0.0.9 is in use: 02:00 answers for it.' }, 'PUT /cluster-draft': { spec: '', savedAt: '', savedBy: '' } });
  render(<MemoryRouter><CreateWizard definitions={[definition]} hosts={hosts} begun={{ ...newDraft(hosts, [definition]), name: 'harbour' }} /></MemoryRouter>);
  const next = () => screen.getByRole('button', { name: 'Next' }) as HTMLButtonElement;
  for (let i = 0; i < 3; i++) fireEvent.click(next());
  type('vip', '10.0.0');
  expect(next().disabled).toBe(true);
  type('vip', '10.0.0.9');
  screen.getByText(/Asking the network/);
  await act(() => vi.advanceTimersByTimeAsync(1000));
  screen.getByText(/02:00 answers for it/);
  expect(next().disabled).toBe(true);
  expect(asked.filter((a) => a.path === '/cluster-vip')).toHaveLength(1);
  // Feature 104: with a load balancer no VIP is asked for, and none is in the way.
  fireEvent.click(screen.getByRole('radio', { name: 'By a load balancer of your own' }));
  expect(field('vip')).toBeNull();
  type('endpoint', 'lb_1');
  screen.getByText(/such as lb.example.com/);
  expect(next().disabled).toBe(true);
  type('endpoint', 'lb.example.com:443');
  expect(next().disabled).toBe(false);
  fireEvent.click(screen.getByRole('radio', { name: 'At the only control-plane host' }));
  screen.getByText(/Leave one in it in the next step/);
  expect(next().disabled).toBe(false);
});

import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, expect, it, vi } from 'vitest';
import type { Check, Definition, LinkedHost, Plan } from '../../api/client';
import { newDraft } from './draft';
import { PreflightStep } from './PreflightStep';
import { Review } from './Review';

afterEach(cleanup);

const check = (id: string, host: string, status: Check['status'], c: Partial<Check> = {}): Check => ({ id, host, status, message: 'Too little memory', fix: 'Add some.', ...c });
const plan = (...checks: Check[]): Plan => ({ hash: 'x', name: 'harbour', vip: '10.0.0.9', endpoint: '10.0.0.9:6443', nodes: [{ host: 'id-h1', name: 'h1', role: 'init', address: '10.0.0.1' }], packs: ['calico 3'], steps: ['id-h1: place'], checks });
const nameOf = (s: string) => s.replaceAll('id-', '');

// Feature X: the matrix of hosts and checks with what mends them.
it('shows every check on every host, and goes on only when what fails is named', () => {
  const ignore = vi.fn();
  const show = (checks: Check[], ignored = new Set<string>()) => (
    <PreflightStep plan={plan(...checks)} error="" busy={false} again={() => {}} nameOf={nameOf} ignored={ignored} ignore={ignore} />
  );
  const failing = [check('memory', 'id-h1', 'fail'), check('memory', 'id-h2', 'fail'), check('clock', 'id-h1', 'ok'), check('vip-free', '', 'warn')];
  const view = render(show(failing));
  expect(screen.getAllByRole('columnheader').map((h) => h.textContent)).toEqual(['Check', 'h1', 'h2', 'Group']);
  screen.getByText('2 checks are not met');
  expect(screen.getAllByRole('listitem').map((l) => l.textContent)).toEqual(['Memory, h1, h2: Too little memory. Add some.', 'VIP free, Group: Too little memory. Add some.']);
  fireEvent.click(screen.getByRole('checkbox', { name: 'Deploy although “Memory” is not met' }));
  expect([...(ignore.mock.calls[0]![0] as Set<string>)]).toEqual(['memory']);
  view.rerender(show(failing, new Set(['memory'])));
  screen.getByText('You can go on, but look at these');
  view.rerender(show([check('clock', 'id-h1', 'ok')]));
  screen.getByText('All 1 checks are met');
});

// Feature 112.
it('reviews everything but secrets', () => {
  const hosts: LinkedHost[] = [{ id: 'id-h1', name: 'h1', address: '10.0.0.1', status: 'Ready', content: 'Synced', health: 'Healthy', role: 'leader' }];
  const definition: Definition = { name: 'd', version: '1', packs: [], variables: [{ name: 'secret', format: 'string', masked: true }, { name: 'size', format: 'string' }] };
  const fresh = newDraft(hosts, [definition]);
  const draft = { ...fresh, tags: 'site=north', variables: { secret: 'hunter2', size: 'large' }, pools: fresh.pools.map((p) => ({ ...p, labels: 'quay=1', taints: 'gpu:NoSchedule' })) };
  render(<Review draft={draft} plan={plan()} definition={definition} nameOf={nameOf} />);
  for (const text of ['site=north', 'size: large', 'secret: ********', 'control-plane-pool, allow worker capability, quay=1, gpu:NoSchedule', 'h1: place', 'At the only control-plane host: 10.0.0.9:6443']) screen.getByText(text);
  expect(document.body.textContent).not.toContain('hunter2');
});

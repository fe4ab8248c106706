import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, expect, it, vi } from 'vitest';
import { Licences } from './Licences';

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

it('loads the list when it is opened, and finds by name and licence', async () => {
  const list = [{ kind: 'deb', name: 'bash', version: '5.2', licence: 'GPL-3+' }, { kind: 'golang', name: 'example.com/x', version: 'v1', licence: '' },
    { kind: 'npm', name: 'react', version: '19.0.0', licence: 'MIT' }];
  const load = vi.fn(async () => new Response(JSON.stringify(list), { status: 200, headers: { 'Content-Type': 'application/json' } }));
  vi.stubGlobal('fetch', load);
  render(<Licences />);
  expect(load).not.toHaveBeenCalled();
  fireEvent.click(screen.getByRole('button', { name: 'Packages and licences' }));
  await screen.findByText('bash');
  screen.getByText('not recognised');
  for (const kind of ['Debian', 'Go', 'npm']) screen.getByText(kind);
  fireEvent.change(screen.getByRole('textbox'), { target: { value: 'gpl' } });
  expect(screen.queryByText('example.com/x')).toBeNull();
  screen.getByText('GPL-3+');
});

import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react';
import { afterEach, expect, it, vi } from 'vitest';
import { TagsDialog } from './Tags';
import { tagsOf } from './tags';

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

// Feature 55.
it.each([
  ['site=Hamburg, hall 2\n\n rack = 7 \nempty=', { site: 'Hamburg, hall 2', rack: '7', empty: '' }, ''],
  ['note=a=b', { note: 'a=b' }, ''],
  ['site', {}, 'Line 1'],
  ['a=1\n-b=2', { a: '1' }, 'Line 2'],
  ['a=1\nb=2\na=3', { a: '1', b: '2' }, 'Line 3: there is a tag a already.'],
])('reads %j', (text, tags, wrong) => {
  const read = tagsOf(text);
  expect(read.tags).toEqual(tags);
  expect(read.wrong).toContain(wrong);
  if (!wrong) expect(read.wrong).toBe('');
});

it('saves tags, and not while one is wrong', async () => {
  const fetched = vi.fn(async () => new Response(null, { status: 204 }));
  vi.stubGlobal('fetch', fetched);
  const close = vi.fn();
  render(<TagsDialog tags={{ rack: '7', a: '1' }} close={close} />);
  const box = screen.getByLabelText('Tags') as HTMLTextAreaElement;
  expect(box.value).toBe('a=1\nrack=7');
  const save = screen.getByRole('button', { name: 'Save' }) as HTMLButtonElement;
  fireEvent.change(box, { target: { value: 'rack' } });
  screen.getByText(/Line 1: write key=value/);
  expect(save.disabled).toBe(true);
  fireEvent.change(box, { target: { value: 'rack=8' } });
  fireEvent.click(save);
  await waitFor(() => expect(close).toHaveBeenCalled());
  const request = (fetched.mock.calls as unknown as [Request][])[0]?.[0];
  expect(request?.method).toBe('PUT');
  expect(await request?.json()).toEqual({ tags: { rack: '8' } });
});

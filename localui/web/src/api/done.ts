import { api, dataOf, Problem, type Operation } from './client';

/** Waits until what was started has ended, and throws why it failed. A minute is enough for what a dialog waits for. */
export async function done(started: Promise<{ data?: Operation }>): Promise<Operation> {
  const { id } = await dataOf(started);
  const end = await dataOf(api.GET('/operations/{id}', { params: { path: { id }, query: { wait: 60 } } }));
  if (end.state === 'failed' || end.state === 'cancelled') throw new Problem(0, { detail: end.error });
  return end;
}

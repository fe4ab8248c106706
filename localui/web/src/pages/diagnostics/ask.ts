import { api, dataOf, type DiagResult } from '../../api/client';

export type Kind = 'ping' | 'trace' | 'dns' | 'port';

/** What a person wants to know; the fields of the other kinds stay as they were typed. */
export interface Question {
  kind: Kind;
  target: string;
  port: string;
  record: string;
  server: string;
}

/** Whether the form is filled; what is wrong with it beyond that, the host says. */
export function complete(q: Question): boolean {
  const port = Number(q.port);
  return q.target.trim() !== '' && (q.kind !== 'port' || (Number.isInteger(port) && port >= 1 && port <= 65535));
}

/** Asks the host. */
export function ask(q: Question): Promise<DiagResult> {
  const target = q.target.trim();
  switch (q.kind) {
    case 'ping':
      return dataOf(api.POST('/diag/ping', { body: { target } }));
    case 'trace':
      return dataOf(api.POST('/diag/trace', { body: { target } }));
    case 'dns':
      return dataOf(api.POST('/diag/dns', { body: { name: target, type: q.record, server: q.server.trim() } }));
    case 'port':
      return dataOf(api.POST('/diag/port', { body: { target, port: Number(q.port) } }));
  }
}

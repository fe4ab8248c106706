import type { Check } from '../../api/client';

export type Status = Check['status'];

const worse: Status[] = ['ok', 'warn', 'unknown', 'fail'];

/** The first host of a check's subject: "h1 -> h2" is a pair that h1 measured. */
export const subject = (host: string): string => host.split(' -> ')[0] ?? host;

/** Check ids as rows, hosts as columns, the worst status of each in the cell. Checks of no host have the column "". */
export function matrix(checks: Check[]): { ids: string[]; hosts: string[]; cell: (id: string, host: string) => Status | undefined } {
  const ids = [...new Set(checks.map((c) => c.id))];
  const hosts = [...new Set(checks.map((c) => subject(c.host)))];
  const cells = new Map<string, Status>();
  for (const c of checks) {
    const key = `${c.id}\n${subject(c.host)}`;
    const had = cells.get(key);
    if (!had || worse.indexOf(c.status) > worse.indexOf(had)) cells.set(key, c.status);
  }
  return { ids, hosts, cell: (id, host) => cells.get(`${id}\n${host}`) };
}

/** Whether a check keeps the cluster from being made: what nobody measured is not known to work. */
export const stops = (c: Check): boolean => c.status === 'fail' || c.status === 'unknown';

/** A host that is away or in another cluster cannot be used, whatever anyone wishes. */
export const ignorable = (c: Check): boolean => c.id !== 'host-ready';

/** The checks that stand in the way and that nobody has said to ignore. */
export function blocking(checks: Check[], ignored: Set<string>): Check[] {
  return checks.filter((c) => stops(c) && !(ignorable(c) && ignored.has(c.id)));
}

/** What is open, once for all hosts of which the same is to be said. */
export function findings(checks: Check[]): { hosts: string[]; check: Check }[] {
  const out = new Map<string, { hosts: string[]; check: Check }>();
  for (const c of checks.filter((x) => x.status !== 'ok')) {
    const key = `${c.id}\n${c.status}\n${told(c)}`;
    const had = out.get(key) ?? { hosts: [], check: c };
    out.set(key, { ...had, hosts: [...had.hosts, c.host] });
  }
  return [...out.values()];
}

/** "vip-free" -> "VIP free". */
export function title(id: string): string {
  const words = id.replaceAll('-', ' ').replace(/\b(cidr|cpu|dns|id|mtu|os|vip)\b/g, (word) => word.toUpperCase());
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** What a check says and how to mend it, as sentences. */
export function told(c: Check): string {
  return [c.message, c.fix ?? ''].filter(Boolean).map((s) => (/[.!?]$/.test(s) ? s : `${s}.`)).join(' ');
}

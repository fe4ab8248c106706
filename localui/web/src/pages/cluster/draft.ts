import type { Definition, Host, LinkedHost } from '../../api/client';

/** What the wizard has collected so far: text as typed. */
export interface Draft {
  name: string;
  tags: string;
  definition: string;
  /** Only what differs from the definition's defaults. */
  variables: Record<string, string>;
  /** How the API server is reached: what the other ways need is kept, but not in the spec. */
  reached: Reached;
  vip: string;
  endpoint: string;
  ntpServers: string;
  sshKeys: string;
  pools: PoolDraft[];
  /** Where each linked host goes, by its id. */
  hosts: Record<string, HostDraft>;
}

/** By a VIP that kube-vip moves, by a load balancer of the user's own, or at the only control-plane host itself. */
export type Reached = 'vip' | 'balancer' | 'host';

export interface PoolDraft {
  key: number;
  name: string;
  role: 'control-plane' | 'worker';
  workerCapable: boolean;
  labels: string;
  taints: string;
}

export interface HostDraft {
  /** Key of its pool; 0 is none. */
  pool: number;
  adapter: string;
  name: string;
}

export const controlPlaneKey = 1;

export const inControlPlane = (d: Draft): number => Object.values(d.hosts).filter((h) => h.pool === controlPlaneKey).length;

/** A draft for the group as it is: an odd number of hosts in the control plane, the leader first. */
export function newDraft(hosts: LinkedHost[], definitions: Definition[]): Draft {
  const ordered = [...hosts].sort((a, b) => Number(b.role === 'leader') - Number(a.role === 'leader'));
  const odd = ordered.length % 2 === 1 ? ordered.length : ordered.length - 1;
  const controlPlane = Math.min(odd, 3);
  const pools: PoolDraft[] = [{ key: controlPlaneKey, name: 'control-plane-pool', role: 'control-plane', workerCapable: true, labels: '', taints: '' }];
  if (ordered.length > controlPlane) pools.push({ ...pools[0]!, key: 2, name: 'worker-pool', role: 'worker', workerCapable: false });
  const only = definitions[0];
  return {
    name: '', tags: '', definition: only ? idOf(only) : '', variables: {}, reached: controlPlane > 1 ? 'vip' : 'host', vip: '', endpoint: '', ntpServers: '', sshKeys: '', pools,
    hosts: Object.fromEntries(ordered.map((h, i) => [h.id, { pool: i < controlPlane ? controlPlaneKey : 2, adapter: '', name: '' }])),
  };
}

/** A host that is not linked yet is a group of one. */
export function groupOf(self: Host, linked: LinkedHost[]): LinkedHost[] {
  if (linked.length > 0) return linked;
  return [{ id: self.id, name: self.name, address: self.addresses[0]?.split('/')[0] ?? '', status: self.status, content: 'Synced', health: 'Healthy', role: 'leader' }];
}

export const idOf = (d: { name: string; version: string }): string => `${d.name} ${d.version}`;

/** Non-empty lines. */
export const lines = (text: string): string[] => text.split('\n').map((l) => l.trim()).filter(Boolean);

/** "a=b" or "a:b" per line. */
export function pairs(text: string): Record<string, string> {
  return Object.fromEntries(
    lines(text).map((l) => {
      const at = l.search(/[=:]/);
      return at < 0 ? [l, ''] : [l.slice(0, at).trim(), l.slice(at + 1).trim()];
    }),
  );
}

/** "key=value:NoSchedule" or "key:NoSchedule" per line, as kubectl writes taints. */
export function taintsOf(text: string): { key: string; value?: string; effect: string }[] {
  return lines(text).map((l) => {
    const [left = '', effect = ''] = l.split(':').map((x) => x.trim());
    const [key = '', value] = left.split('=');
    return { key, ...(value ? { value } : {}), effect };
  });
}

const filled = <T extends object>(o: T): T | undefined => (Object.keys(o).length > 0 ? o : undefined);

/** The spec that the host takes; what is empty is left out, but for the pools of a draft that goes on later. */
export function specOf(d: Draft, unfinished = false): object {
  const [name = '', version = ''] = d.definition.split(' ');
  const pools = d.pools.map((p) => ({
    name: p.name,
    role: p.role,
    workerCapable: p.workerCapable || undefined,
    labels: filled(pairs(p.labels)),
    taints: filled(taintsOf(p.taints)),
    hosts: Object.entries(d.hosts)
      .filter(([, h]) => h.pool === p.key)
      .map(([host, h]) => ({ host, adapter: h.adapter.trim() || undefined, name: h.name.trim() || undefined })),
  }));
  const spec = {
    name: d.name.trim(),
    tags: filled(pairs(d.tags)),
    definition: { name, version },
    variables: filled(d.variables),
    vip: (d.reached === 'vip' && d.vip.trim()) || undefined,
    controlPlaneEndpoint: (d.reached === 'balancer' && d.endpoint.trim()) || undefined,
    ntpServers: filled(d.ntpServers.split(/[\s,]+/).filter(Boolean)),
    sshKeys: filled(lines(d.sshKeys)),
    pools: pools.filter((p) => unfinished || p.role === 'control-plane' || p.hosts.length > 0),
  };
  return JSON.parse(JSON.stringify(spec)) as object;
}

/** The spec as YAML that `slipway cluster create -f` takes; values of masked variables stay out. */
export function exportOf(d: Draft, definition?: Definition, unfinished = false): string {
  const masked = new Set(definition?.variables.filter((v) => v.masked).map((v) => v.name));
  const variables = Object.fromEntries(Object.entries(d.variables).filter(([name]) => !masked.has(name)));
  return yaml(specOf({ ...d, variables }, unfinished), 0);
}

function yaml(value: unknown, depth: number): string {
  const pad = '  '.repeat(depth);
  if (Array.isArray(value)) return value.map((v) => `${pad}- ${inner(v, depth).trimStart()}`).join('');
  return Object.entries(value as object)
    .map(([k, v]) => `${pad}${/^[A-Za-z][\w./-]*$/.test(k) ? k : JSON.stringify(k)}:${typeof v === 'object' ? `\n${yaml(v, depth + 1)}` : ` ${JSON.stringify(v)}\n`}`)
    .join('');
}

// JSON's scalars are YAML's too (YAML 1.2, section 1.3), so only structure needs writing.
function inner(v: unknown, depth: number): string {
  return typeof v === 'object' && v !== null ? yaml(v, depth + 1) : `${JSON.stringify(v)}\n`;
}

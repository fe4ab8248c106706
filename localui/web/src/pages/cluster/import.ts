import type { Definition, LinkedHost } from '../../api/client';
import { t } from '../../texts';
import { controlPlaneKey, idOf, inControlPlane, newDraft, type Draft, type HostDraft, type PoolDraft, type Reached } from './draft';

type Tree = string | Tree[] | { [key: string]: Tree };

const text = (x: Tree | undefined): string => (typeof x === 'string' ? x : '');
const list = (x: Tree | undefined): Tree[] => (Array.isArray(x) ? x : []);
const map = (x: Tree | undefined): { [key: string]: Tree } => (typeof x === 'object' && !Array.isArray(x) ? x : {});
const texts = (x: Tree | undefined): string[] => list(x).map(text).filter(Boolean);
const pairLines = (x: Tree | undefined): string => Object.entries(map(x)).map(([k, v]) => `${k}=${text(v)}`).join('\n');

function taintLine(x: Tree): string {
  const taint = map(x);
  return `${text(taint.key)}${taint.value ? `=${text(taint.value)}` : ''}:${text(taint.effect)}`;
}

/**
 * A draft of the spec that an export or a person wrote. Refuses what names hosts or definitions that are not here; with
 * `lenient`, for a draft that was kept while the group changed, those are left out.
 */
export async function importOf(source: string, hosts: LinkedHost[], definitions: Definition[], lenient = false): Promise<Draft> {
  const { parse } = await import('yaml');
  let spec: { [key: string]: Tree };
  try {
    // Every scalar stays the text it is: a version 1.10 must not become 1.1.
    spec = map(parse(source, { schema: 'failsafe', maxAliasCount: 0 }) as Tree);
  } catch (e) {
    throw new Error(t.wizard.noYAML(String(e)));
  }
  const named = map(spec.definition);
  const definition = definitions.find((d) => (!named.name || d.name === named.name) && (!named.version || d.version === named.version));
  if (!definition && !lenient) throw new Error(t.wizard.unknownDefinition(`${text(named.name)} ${text(named.version)}`));
  const base = newDraft(hosts, definitions);
  const draft: Draft = {
    ...base,
    name: text(spec.name),
    tags: pairLines(spec.tags),
    definition: definition ? idOf(definition) : '',
    variables: Object.fromEntries(Object.entries(map(spec.variables)).map(([k, v]) => [k, text(v)])),
    vip: text(spec.vip),
    endpoint: text(spec.controlPlaneEndpoint),
    ntpServers: texts(spec.ntpServers).join(', '),
    sshKeys: texts(spec.sshKeys).join('\n'),
  };
  const placed = spec.pools ? { ...draft, ...poolsOf(list(spec.pools).map(map), hosts, lenient) } : draft;
  return { ...placed, reached: reachedOf(placed) };
}

/** A spec without an address is one of a single control-plane host, or not finished. */
function reachedOf(d: Draft): Reached {
  if (d.endpoint) return 'balancer';
  return d.vip || inControlPlane(d) > 1 ? 'vip' : 'host';
}

function poolsOf(trees: { [key: string]: Tree }[], hosts: LinkedHost[], lenient: boolean): Pick<Draft, 'pools' | 'hosts'> {
  const placed: Record<string, HostDraft> = Object.fromEntries(hosts.map((h) => [h.id, { pool: 0, adapter: '', name: '' }]));
  const pools: PoolDraft[] = [];
  // The control-plane pool has a key of its own, wherever it stands.
  const ordered = [...trees].sort((a, b) => Number(b.role === 'control-plane') - Number(a.role === 'control-plane'));
  for (const p of ordered) {
    const key = controlPlaneKey + pools.length;
    pools.push({
      key, name: text(p.name), role: p.role === 'control-plane' ? 'control-plane' : 'worker', workerCapable: p.workerCapable === 'true',
      labels: pairLines(p.labels), taints: list(p.taints).map(taintLine).join('\n'),
    });
    for (const h of list(p.hosts).map(map)) {
      const found = hosts.find((x) => x.id === h.host || x.name === h.host);
      if (!found && lenient) continue;
      if (!found) throw new Error(t.wizard.unknownHost(text(h.host)));
      placed[found.id] = { pool: key, adapter: text(h.adapter), name: text(h.name) };
    }
  }
  return { pools, hosts: placed };
}

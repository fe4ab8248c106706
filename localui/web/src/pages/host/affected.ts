import type { Cluster, Link } from '../../api/client';
import { t } from '../../texts';

/** Who else notices that this host is away, in sentences. */
export function affected(id: string, link?: Link, clusters: Cluster[] = []): string[] {
  const c = t.power;
  const out: string[] = [];
  for (const k of clusters) {
    const own = k.nodes.find((n) => n.host === id);
    if (!own) continue;
    const members = k.nodes.filter((n) => n.role !== 'worker');
    const left = members.filter((n) => n.ready && n.host !== id).length;
    const needed = Math.floor(members.length / 2) + 1;
    out.push(own.role !== 'worker' && left < needed ? c.clusterStops(k.name, left, members.length, needed) : c.clusterGoesOn(k.name));
  }
  const others = (link?.hosts.length ?? 0) - 1;
  if (link?.role === 'leader' && others > 0) out.push(c.leads(others));
  if (link?.role === 'follower') out.push(c.follows);
  return out.length > 0 ? out : [c.nobody];
}

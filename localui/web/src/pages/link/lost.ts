import type { Link, LinkedHost } from '../../api/client';

/** After so long, a host that does not answer is worth a word of what to do. */
const lostSeconds = 20;

/** For how many seconds a host has not been heard of; 0 while it is in touch. */
export function lostFor(h: LinkedHost, now: number): number {
  const seen = Date.parse(h.lastSeen ?? '');
  if (h.health !== 'Unreachable' || !(seen > 0)) return 0;
  return Math.max(1, Math.floor((now - seen) / 1000));
}

/** The hosts that are away for so long that somebody should look. */
export function lostHosts(link: Link, now: number): LinkedHost[] {
  return link.hosts.filter((h) => lostFor(h, now) >= lostSeconds);
}

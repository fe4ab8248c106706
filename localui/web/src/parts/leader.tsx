import { Alert } from '@patternfly/react-core';
import type { Link, LinkedHost } from '../api/client';
import { useLive } from '../api/live';
import { t } from '../texts';

/** The address of another host's pages; all hosts of an appliance listen on the same port. */
export function uiOf(h: LinkedHost, path = ''): string {
  const host = h.address.includes(':') ? `[${h.address}]` : h.address;
  return `https://${host}${location.port ? `:${location.port}` : ''}${path}`;
}

/** The leader, when it is another host. */
export function otherLeader(link?: Link): LinkedHost | undefined {
  return link?.role === 'follower' ? link.hosts.find((h) => h.role === 'leader') : undefined;
}

/** On a follower: where to do what is the leader's. */
export function OnTheLeader({ path }: { path: string }) {
  const { link } = useLive();
  if (link?.role !== 'follower') return null;
  const leader = otherLeader(link);
  return (
    <Alert component="p" variant="info" isInline title={t.leader.title}>
      {leader ? <>{t.leader.text(leader.name)} <a href={uiOf(leader, path)}>{uiOf(leader, path)}</a></> : t.leader.lost}
    </Alert>
  );
}

import { Alert, AlertActionLink } from '@patternfly/react-core';
import type { Link, LinkedHost } from '../../api/client';
import { useNow } from '../../api/use';
import { duration } from '../../format';
import { t } from '../../texts';
import { lostFor, lostHosts } from './lost';

/** What to do about hosts that do not answer: on the leader about followers, on a follower about the leader. */
export function LostHosts({ link, unlink, promote }: { link: Link; unlink?: (h: LinkedHost) => void; promote?: () => void }) {
  const now = useNow();
  return lostHosts(link, now).map((h) => {
    const leader = h.role === 'leader';
    const act = leader ? promote : unlink && h.status !== 'InUse' ? () => unlink(h) : undefined; // a host of a cluster stays linked
    return (
      <Alert
        key={h.id} component="p" variant="warning" isInline title={t.link.lost(h.name, duration(lostFor(h, now)))}
        actionLinks={act && <AlertActionLink onClick={act}>{leader ? t.link.promote : t.link.unlinkOf(h.name)}</AlertActionLink>}
      >
        {leader ? t.link.lostLeader : h.status === 'InUse' ? t.link.lostInUse : t.link.lostFollower}
      </Alert>
    );
  });
}

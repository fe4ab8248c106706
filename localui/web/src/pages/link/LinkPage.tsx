import { Button, Checkbox } from '@patternfly/react-core';
import { useState } from 'react';
import { useCaller } from '../../api/caller';
import { api, type LinkedHost } from '../../api/client';
import { done } from '../../api/done';
import { useLive } from '../../api/live';
import { Ask } from '../../parts/Ask';
import { OnTheLeader } from '../../parts/leader';
import { OperationLine } from '../../parts/Operation';
import { Loading, Nothing, PageBody, Refusal } from '../../parts/Parts';
import { t } from '../../texts';
import { HostsTable } from './HostsTable';
import { JoinDialog } from './JoinDialog';
import { LostHosts } from './LostHosts';
import { TokenCard } from './TokenCard';
import { useToken } from './useToken';

export default function LinkPage() {
  const { link, operations } = useLive();
  const { mayChange } = useCaller();
  const [dialog, setDialog] = useState<'join' | 'leave' | 'promote'>();
  const [unlinking, setUnlinking] = useState<LinkedHost>();
  const token = useToken(link?.role !== 'follower');
  if (!link) return <PageBody title={t.menu.link}><Loading /></PageBody>;
  const running = (operations ?? []).find((o) => o.kind.startsWith('link.') && (o.state === 'running' || o.state === 'pending'));
  const follower = link.role === 'follower';
  const buttons = mayChange && (
    <>
      {!follower && !token.value && <Button onClick={() => void token.generate()} isLoading={token.busy}>{t.link.generate}</Button>}
      {link.role === 'leader' && !token.value && link.hosts.length === 1 && <Button variant="secondary" onClick={() => void token.stop()} isDisabled={token.busy}>{t.link.stopLeading}</Button>}
      {link.role === 'none' && <Button variant="secondary" onClick={() => setDialog('join')}>{t.link.join}</Button>}
      {follower && <Button variant="secondary" onClick={() => setDialog('promote')}>{t.link.promote}</Button>}
      {follower && <Button variant="secondary" isDanger onClick={() => setDialog('leave')}>{t.link.leave}</Button>}
    </>
  );
  return (
    <PageBody title={t.menu.link} lead={t.link.roles[link.role]} actions={buttons}>
      <Refusal text={token.error} />
      {running && <OperationLine op={running} />}
      <LostHosts link={link} unlink={mayChange && link.role === 'leader' ? setUnlinking : undefined} promote={mayChange && follower ? () => setDialog('promote') : undefined} />
      <OnTheLeader path="/link" />
      {token.value && <TokenCard token={token} />}
      {link.role === 'none' ? (
        <Nothing title={t.link.none} text={t.link.noneText} />
      ) : (
        <HostsTable link={link} unlink={mayChange && link.role === 'leader' ? setUnlinking : undefined} />
      )}
      {dialog === 'join' && <JoinDialog close={() => setDialog(undefined)} />}
      {dialog === 'leave' && <LeaveDialog close={() => setDialog(undefined)} />}
      {dialog === 'promote' && (
        <Ask title={t.link.promote} confirm={t.confirm} danger run={() => done(api.POST('/link/promote'))} close={() => setDialog(undefined)}><p>{t.link.promoteText}</p></Ask>
      )}
      {unlinking && (
        <Ask
          title={t.link.unlinkOf(unlinking.name)} confirm={t.link.unlink} danger close={() => setUnlinking(undefined)}
          run={() => done(api.DELETE('/link/hosts/{host}', { params: { path: { host: unlinking.id } } }))}
        >
          <p>{t.link.unlinkText(unlinking.name)}</p>
        </Ask>
      )}
    </PageBody>
  );
}

function LeaveDialog({ close }: { close: () => void }) {
  const [force, setForce] = useState(false);
  return (
    <Ask title={t.link.leave} confirm={t.link.leave} danger run={() => done(api.POST('/link/leave', { params: { query: { force } } }))} close={close}>
      <p>{t.link.leaveText}</p>
      <Checkbox id="force" className="sw-gap" label={t.link.leaveForce} isChecked={force} onChange={(_, on) => setForce(on)} />
    </Ask>
  );
}

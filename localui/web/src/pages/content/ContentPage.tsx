import { Alert, Button, Grid, GridItem } from '@patternfly/react-core';
import { useState } from 'react';
import { useCaller } from '../../api/caller';
import { api, type ContentItem, type Operation } from '../../api/client';
import { useLive } from '../../api/live';
import { Loading, Nothing, PageBody, Refusal, When } from '../../parts/Parts';
import { OnTheLeader } from '../../parts/leader';
import { OperationLine } from '../../parts/Operation';
import { useAction } from '../../api/use';
import { t } from '../../texts';
import { ContentTable } from './ContentTable';
import { pendingItems } from './pending';
import { DeleteDialog } from './DeleteDialog';
import { StorageCard } from './StorageCard';
import { UploadArea } from './UploadArea';

/** What the last verification found. */
function Verified({ op }: { op: Operation }) {
  const found = op.steps.find((s) => s.message)?.message;
  return (
    <Alert component="p" variant={found ? 'warning' : 'success'} isInline isPlain isLiveRegion title={found ? t.content.damaged : t.content.verified}>
      {found} <When at={op.endedAt} />
    </Alert>
  );
}

export default function ContentPage() {
  const { content, link, operations } = useLive();
  const { mayChange } = useCaller();
  const [deleting, setDeleting] = useState<ContentItem>();
  const verify = useAction(() => api.POST('/content/verify'));
  const leads = link?.role !== 'follower';
  const pending = pendingItems(content ?? []);
  const verifying = operations?.find((o) => o.kind === 'content.verify');
  const baked = operations?.find((o) => o.kind === 'content.baked' && (o.state === 'running' || o.state === 'failed')); // what came with the appliance
  const buttons = mayChange && content && content.length > 0 && (
    <Button variant="secondary" onClick={() => void verify.start()} isDisabled={verify.busy || verifying?.state === 'running'}>{t.content.verify}</Button>
  );
  return (
    <PageBody title={t.menu.content} lead={t.content.lead} actions={buttons}>
      <OnTheLeader path="/content" />
      <Grid hasGutter>
        {mayChange && leads && <GridItem xl={7}><UploadArea /></GridItem>}
        <GridItem xl={mayChange && leads ? 5 : 12}><StorageCard /></GridItem>
      </Grid>
      {pending > 0 && <Alert component="p" variant="info" isInline isLiveRegion title={t.content.syncing(pending)} />}
      <Refusal text={verify.error} />
      {verifying?.state === 'succeeded' ? <Verified op={verifying} /> : verifying && <OperationLine op={verifying} />}
      {baked && <OperationLine op={baked} />}
      {!content && <Loading />}
      {content?.length === 0 && <Nothing title={t.content.none} text={leads ? t.content.noneText : t.content.noneFollower} />}
      {content && content.length > 0 && <ContentTable items={content} remove={mayChange && leads ? setDeleting : undefined} />}
      {deleting && <DeleteDialog item={deleting} close={() => setDeleting(undefined)} />}
    </PageBody>
  );
}

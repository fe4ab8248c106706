import {
  Card, CardBody, CardTitle, DescriptionList, DescriptionListDescription, DescriptionListGroup, DescriptionListTerm, List, ListItem, Progress,
} from '@patternfly/react-core';
import { useEffect, type ReactNode } from 'react';
import { api, dataOf, type Storage } from '../../api/client';
import { useLive } from '../../api/live';
import { useLoad } from '../../api/use';
import { bytes, percent } from '../../format';
import { Loading, Refusal, State, When } from '../../parts/Parts';
import { t } from '../../texts';
import { useUploads } from './uploads';

const lookMillis = 15_000;

/** How full this host's pool is, whether its registry answers, what was uploaded last and what waits to go on. */
export function StorageCard() {
  const { content, operations } = useLive();
  const { data, error, reload } = useLoad(() => dataOf(api.GET('/storage')), lookMillis);
  const running = (operations ?? []).filter((o) => o.state === 'running').length;
  useEffect(() => void reload(), [content, running, reload]);
  return (
    <Card>
      <CardTitle component="h2">{t.content.storage}</CardTitle>
      <CardBody>
        <Refusal text={error} />
        {!data && !error && <Loading />}
        {data && <Facts storage={data} />}
      </CardBody>
    </Card>
  );
}

export function Facts({ storage: s }: { storage: Storage }) {
  const here = useUploads();
  const c = t.content;
  const last = s.lastUpload;
  const waiting = s.unfinished.filter((u) => !here.some((h) => h.name === u.name && h.size === u.sizeBytes));
  const used = s.totalBytes - s.freeBytes;
  return (
    <>
      <Progress
        title={c.pool} value={percent(used, s.totalBytes)} variant={s.freeBytes < s.totalBytes / 10 ? 'warning' : undefined} aria-label={c.pool}
        helperText={c.poolText(bytes(s.freeBytes), bytes(s.totalBytes), bytes(s.contentBytes))}
      />
      <DescriptionList isHorizontal isCompact className="sw-gap">
        <Row term={c.registry}><State of={s.registry.healthy ? 'Healthy' : 'Unhealthy'} /> {s.registry.healthy ? s.registry.address : s.registry.message}</Row>
        {last && (
          <Row term={c.lastUpload}>
            <State of={last.error ? 'failed' : 'completed'} /> {last.name}, {bytes(last.sizeBytes)}, <When at={last.at} />
            {last.error && <p>{last.error}</p>}
            <p className="sw-token">SHA-256 {last.sha256}</p>
          </Row>
        )}
        {waiting.length > 0 && (
          <Row term={c.unfinished}>
            <List isPlain>
              {waiting.map((u) => <ListItem key={`${u.name} ${u.updatedAt}`}>{c.unfinishedText(u.name, percent(u.receivedBytes, u.sizeBytes))}</ListItem>)}
            </List>
          </Row>
        )}
      </DescriptionList>
    </>
  );
}

function Row({ term, children }: { term: string; children: ReactNode }) {
  return (
    <DescriptionListGroup>
      <DescriptionListTerm>{term}</DescriptionListTerm>
      <DescriptionListDescription>{children}</DescriptionListDescription>
    </DescriptionListGroup>
  );
}

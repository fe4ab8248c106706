import { Alert, AlertActionLink, PageSection } from '@patternfly/react-core';
import { useEffect, useState } from 'react';
import { api } from '../api/client';
import { useAction, useNow } from '../api/use';
import { Refusal } from '../parts/Parts';
import { countdown } from '../format';
import { t } from '../texts';

/** How long before its end a session is worth a word. */
const warnMillis = 5 * 60_000;
const lookMillis = 60_000;

/** When the session ends by this browser's clock, which may differ from the host's; undefined without an end. */
async function endOfSession(): Promise<number | undefined> {
  const { data, response } = await api.GET('/session');
  const ends = Date.parse(data?.expiresAt ?? '');
  const host = Date.parse(response.headers.get('Date') ?? '');
  return Number.isNaN(ends) ? undefined : ends - (Number.isNaN(host) ? 0 : host - Date.now());
}

/** Offers to stay before the session ends. It may have been renewed in another tab, so it is asked for again. */
export function SessionEnd() {
  const [end, setEnd] = useState<number>();
  useEffect(() => {
    const look = () => endOfSession().then(setEnd, () => {});
    void look();
    const timer = setInterval(look, lookMillis);
    return () => clearInterval(timer);
  }, []);
  return end === undefined ? null : <Offer end={end} renewed={setEnd} />;
}

function Offer({ end, renewed }: { end: number; renewed: (end?: number) => void }) {
  const now = useNow();
  const { busy, error, start } = useAction(async () => {
    await api.POST('/session/renew');
    renewed(await endOfSession());
  });
  const left = end - now;
  if (left > warnMillis || left <= 0) return null;
  return (
    <PageSection>
      <Alert
        component="p" variant="warning" isInline title={t.session.ends(countdown(left / 1000))}
        actionLinks={<AlertActionLink isDisabled={busy} onClick={() => void start()}>{t.session.stay}</AlertActionLink>}
      />
      <Refusal text={error} />
    </PageSection>
  );
}

import { Alert, AlertActionLink } from '@patternfly/react-core';
import { api, Problem, type Network } from '../../api/client';
import { useAction, useNow } from '../../api/use';
import { countdown } from '../../format';
import { Refusal } from '../../parts/Parts';
import { t } from '../../texts';

type Try = NonNullable<Network['try']>;

/**
 * Confirms once more when the browser used a connection from before the change, which proves nothing: the host has closed
 * that one with its refusal, so the second goes over a new one.
 */
async function confirm(id: string) {
  const once = () => api.POST('/network/tries/{id}/confirm', { params: { path: { id } } });
  try {
    return await once();
  } catch (e) {
    if (!(e instanceof Problem) || e.type !== 'urn:slipway:network:same-connection') throw e;
    return once();
  }
}

/** The change on trial: keep it before the time is up, or the host goes back by itself. */
export function TryBanner({ attempt, reload }: { attempt: Try; reload: () => Promise<void> }) {
  const now = useNow();
  const { busy, error, start } = useAction(async (keep: boolean) => {
    await (keep ? confirm(attempt.id) : api.DELETE('/network/tries/{id}', { params: { path: { id: attempt.id } } }));
    await reload();
  });
  if (attempt.state === 'confirmed') return null;
  if (attempt.state === 'rolled-back') {
    return <Alert component="p" variant="warning" isInline title={t.network.rolledBack}>{attempt.reason}</Alert>;
  }
  const left = countdown((Date.parse(attempt.deadline) - now) / 1000);
  const waiting = attempt.state === 'awaiting-confirm';
  const warnings = attempt.warnings ?? [];
  return (
    <>
      <Alert component="p" variant="info" isInline title={waiting ? t.network.confirmWithin(left) : t.network.trying(left)}
        actionLinks={
          <>
            {waiting && <AlertActionLink isDisabled={busy} onClick={() => void start(true)}>{t.network.keep}</AlertActionLink>}
            <AlertActionLink isDisabled={busy} onClick={() => void start(false)}>{t.network.back}</AlertActionLink>
          </>
        }
      >
        {t.network.tryText}
        {warnings.map((w) => <div key={w}>{t.network.warning(w)}</div>)}
      </Alert>
      <Refusal text={error} />
    </>
  );
}

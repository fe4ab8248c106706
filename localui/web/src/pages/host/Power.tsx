import { Button } from '@patternfly/react-core';
import { useState } from 'react';
import { useCaller } from '../../api/caller';
import { api, type Host } from '../../api/client';
import { useLive } from '../../api/live';
import { Ask } from '../../parts/Ask';
import { t } from '../../texts';
import { affected } from './affected';

type Action = 'reboot' | 'shutdown' | 'reset';

/** Reboot, shut down, factory reset: each says first what will happen. */
export function Power({ host }: { host: Host }) {
  const [action, setAction] = useState<Action>();
  const { mayChange } = useCaller();
  const { link, clusters } = useLive();
  if (!mayChange) return null;
  return (
    <>
      <Button variant="secondary" onClick={() => setAction('reboot')}>{t.power.reboot.title}</Button>
      <Button variant="secondary" onClick={() => setAction('shutdown')}>{t.power.shutdown.title}</Button>
      <Button variant="secondary" isDanger onClick={() => setAction('reset')}>{t.power.reset.title}</Button>
      {action && (
        <Ask
          title={`${t.power[action].title}: ${host.name}`} confirm={t.power[action].title} danger={action !== 'reboot'}
          typed={action === 'reboot' ? undefined : host.name}
          run={() => api.POST('/host/power', { body: { action, confirm: action === 'reset' ? host.name : undefined } })}
          close={() => setAction(undefined)}
        >
          <p>{t.power[action].text}</p>
          {affected(host.id, link, clusters).map((line) => <p key={line} className="sw-gap">{line}</p>)}
        </Ask>
      )}
    </>
  );
}

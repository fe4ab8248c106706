import { Alert, Button, FormGroup, FormSelect, FormSelectOption } from '@patternfly/react-core';
import { useState } from 'react';
import { useCaller } from '../../api/caller';
import { api, dataOf, type ContentItem, type Host, type Upgrade } from '../../api/client';
import { useLoad } from '../../api/use';
import { Ask } from '../../parts/Ask';
import { Loading, Refusal } from '../../parts/Parts';
import { t } from '../../texts';

const everyMillis = 10_000;

/** The bundles that may hold an OS image, the newest first. */
export function systems(items: ContentItem[]): ContentItem[] {
  return items.filter((i) => i.type === 'os').sort((a, b) => b.addedAt.localeCompare(a.addedAt));
}

/** Why the last upgrade did not succeed, as a sentence; nothing when there is nothing to say. */
export function outcome(u: Upgrade): string | undefined {
  if (u.phase === 'failed') return t.upgrade.failed(u.version ?? '', u.reason ?? '');
  if (u.phase === 'fellBack') return t.upgrade.fellBack(u.version ?? '', u.reason ?? '');
  return undefined;
}

/** What an upgrade that did not succeed leaves to know. */
export function UpgradeNotice() {
  const { data } = useLoad(() => dataOf(api.GET('/host/upgrade')), everyMillis);
  const text = data && outcome(data);
  return text ? <Alert variant="warning" isInline title={text} className="sw-gap">{t.upgrade.next}</Alert> : null;
}

/** Upgrades the host to the OS image of a content bundle. A host that was not installed from an image has no button. */
export function UpgradeButton({ host }: { host: Host }) {
  const { mayChange } = useCaller();
  const { data } = useLoad(() => dataOf(api.GET('/host/upgrade')));
  const [open, setOpen] = useState(false);
  if (!mayChange || !data?.image) return null;
  return (
    <>
      <Button variant="secondary" onClick={() => setOpen(true)}>{t.upgrade.title}</Button>
      {open && <UpgradeDialog host={host} close={() => setOpen(false)} />}
    </>
  );
}

function UpgradeDialog({ host, close }: { host: Host; close: () => void }) {
  const { data, error } = useLoad(() => dataOf(api.GET('/content')));
  const [chosen, setChosen] = useState('');
  const list = systems(data ?? []);
  const digest = chosen || list[0]?.digest || '';
  return (
    <Ask title={`${t.upgrade.title}: ${host.name}`} confirm={t.upgrade.title} ready={!!digest} close={close} run={() => api.POST('/host/upgrade', { body: { digest } })}>
      <Refusal text={error} />
      {!data && !error && <Loading />}
      {data && list.length === 0 && <p>{t.upgrade.none}</p>}
      {list.length > 0 && (
        <>
          <p>{t.upgrade.text}</p>
          <FormGroup label={t.upgrade.bundle} fieldId="upgrade-bundle" className="sw-gap">
            <FormSelect id="upgrade-bundle" value={digest} onChange={(_, v) => setChosen(v)}>
              {list.map((i) => <FormSelectOption key={i.digest} value={i.digest} label={`${i.name} ${i.version}`} />)}
            </FormSelect>
          </FormGroup>
        </>
      )}
    </Ask>
  );
}

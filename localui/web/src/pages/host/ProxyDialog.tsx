import { Form } from '@patternfly/react-core';
import { useState } from 'react';
import { api, dataOf, type Proxy, type ProxySettings } from '../../api/client';
import { usePreview } from '../../api/preview';
import { Ask } from '../../parts/Ask';
import { Difference } from '../../parts/Difference';
import { Refusal } from '../../parts/Parts';
import { TextRow } from '../../parts/TextRow';
import { t } from '../../texts';
import { draftOfProxy, hasPassword, proxyOf, type ProxyDraft } from './proxy';

/** Sets the proxy; the host says while one types what is wrong and what would change. */
export function ProxyDialog({ proxy, close }: { proxy: Proxy; close: () => void }) {
  const [draft, setDraft] = useState(() => draftOfProxy(proxy));
  const asked = JSON.stringify(proxyOf(draft, proxy));
  const { seen, fresh, error } = usePreview(asked, (s) => dataOf(api.POST('/host/proxy/preview', { body: JSON.parse(s) as ProxySettings })));
  const c = t.hostSettings;
  const row = (key: keyof ProxyDraft, label: string, help: string, more = {}) => (
    <TextRow
      id={`proxy-${key}`} label={label} help={help} value={draft[key]} change={(v) => setDraft({ ...draft, [key]: v })}
      wrong={seen?.problems.find((x) => x.field === key)?.message} {...more}
    />
  );
  const ready = fresh && !!seen && seen.problems.length === 0 && seen.lines.length > 0;
  return (
    <Ask title={c.proxyEdit} confirm={t.save} close={close} ready={ready} run={() => api.PUT('/host/proxy', { body: JSON.parse(asked) as ProxySettings })}>
      <p>{c.proxyText}</p>
      <Form onSubmit={(e) => e.preventDefault()} className="sw-gap">
        {row('http', c.httpProxy, c.proxyHelp)}
        {row('https', c.httpsProxy, c.proxyHelp)}
        {row('user', c.proxyUser, c.proxyUserHelp)}
        {draft.user.trim() && row('password', c.proxyPassword, hasPassword(proxy) ? c.passwordKeeps : c.passwordNone, { type: 'password' })}
        {row('noProxy', c.noProxy, c.noProxyHelp)}
        {row('ca', c.ca, c.caHelp, { rows: 4 })}
      </Form>
      <Difference lines={seen?.lines ?? []} />
      <Refusal text={error} />
    </Ask>
  );
}

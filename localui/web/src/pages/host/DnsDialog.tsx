import { Form, FormGroup, FormSelect, FormSelectOption } from '@patternfly/react-core';
import { useState } from 'react';
import { api, dataOf, type Adapter, type AdapterSettings, type Network } from '../../api/client';
import { usePreview } from '../../api/preview';
import { Ask } from '../../parts/Ask';
import { Difference } from '../../parts/Difference';
import { Refusal } from '../../parts/Parts';
import { TextRow } from '../../parts/TextRow';
import { t } from '../../texts';
import { changeOf, draftOf, type Draft } from '../network/form';

const confirmWithinSeconds = 120;

/** The name servers of one adapter, as a try: a wrong one must not keep the host from its names for good. */
export function DnsDialog({ network, close }: { network: Network; close: () => void }) {
  const adapters = network.adapters;
  const confirmed = (a?: Adapter) => network.confirmed?.find((s) => s.name === a?.name);
  const first = adapters.find((a) => a.defaultRoute) ?? adapters[0];
  const [drafts, setDrafts] = useState<Record<string, Draft>>({});
  const [name, setName] = useState(first?.name ?? '');
  const adapter = adapters.find((a) => a.name === name);
  const draft = drafts[name] ?? (adapter && draftOf(adapter, confirmed(adapter)));
  const asked = JSON.stringify(draft ? changeOf(draft, confirmed(adapter)) : []);
  const { seen, fresh, error } = usePreview(asked, (set) => dataOf(api.POST('/network/preview', { body: { set: JSON.parse(set) as AdapterSettings[] } })));
  if (!draft) return null;
  const row = (key: 'dns' | 'search', label: string, help: string) => (
    <TextRow
      id={`dns-${key}`} label={label} help={help} value={draft[key]} change={(v) => setDrafts({ ...drafts, [name]: { ...draft, [key]: v } })}
      wrong={seen?.problems.filter((x) => x.field.startsWith(key)).map((x) => x.message).join(' ')}
    />
  );
  const others = seen?.problems.filter((x) => !/^(dns|search)/.test(x.field)) ?? [];
  const ready = fresh && !!seen && seen.problems.length === 0 && seen.lines.length > 0;
  return (
    <Ask
      title={t.hostSettings.dnsEdit} confirm={t.network.tryIt} close={close} ready={ready}
      run={() => api.POST('/network/tries', { body: { set: JSON.parse(asked) as AdapterSettings[], confirmWithinSeconds } })}
    >
      <p>{t.hostSettings.dnsText}</p>
      <Form onSubmit={(e) => e.preventDefault()} className="sw-gap">
        <FormGroup label={t.network.adapter} fieldId="dns-adapter">
          <FormSelect id="dns-adapter" value={name} onChange={(_, v) => setName(v)}>
            {adapters.map((a) => <FormSelectOption key={a.name} value={a.name} label={a.name} />)}
          </FormSelect>
        </FormGroup>
        {row('dns', t.network.dns, t.network.dnsHelp)}
        {row('search', t.network.search, t.network.searchHelp)}
      </Form>
      {others.map((x) => <Refusal key={x.message} text={x.message} />)}
      <Difference lines={seen?.lines ?? []} />
      <Refusal text={error} />
    </Ask>
  );
}

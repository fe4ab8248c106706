import { Alert, Form, FormGroup, FormSelect, FormSelectOption, Radio } from '@patternfly/react-core';
import { useState } from 'react';
import { api, dataOf, type Adapter, type AdapterSettings } from '../../api/client';
import { usePreview } from '../../api/preview';
import { Ask } from '../../parts/Ask';
import { Difference } from '../../parts/Difference';
import { Refusal } from '../../parts/Parts';
import { TextRow } from '../../parts/TextRow';
import { t } from '../../texts';
import { changeOf, draftOf, emptyDraft, movesTo, settingsOf, type Draft } from './form';
import { KindChoice, KindFields } from './KindFields';

const confirmWithinSeconds = 120;
const followMillis = 4000;

type Preview = Awaited<ReturnType<typeof preview>>;

function preview(set: AdapterSettings[]) {
  return dataOf(api.POST('/network/preview', { body: { set } }));
}

/** Changes one adapter, or makes a new one, as a try. The host says while one types what would change and what is wrong. */
export function AdapterDialog({ adapter, adapters, confirmed, locked, close }: {
  adapter?: Adapter; adapters: Adapter[]; confirmed?: AdapterSettings; locked?: string; close: () => void;
}) {
  const [draft, setDraft] = useState(() => (adapter ? draftOf(adapter, confirmed) : emptyDraft('vlan', adapters)));
  const set = changeOf(draft, confirmed);
  const asked = JSON.stringify(set);
  const { seen, fresh, error } = usePreview(asked, (text) => preview(JSON.parse(text) as AdapterSettings[]));
  const change = (c: Partial<Draft>) => setDraft({ ...draft, ...c });
  const ready = fresh && !!seen && seen.problems.length === 0 && seen.lines.length > 0;
  const to = adapter ? movesTo(location.hostname, adapter, settingsOf(draft, confirmed)) : '';
  const run = async () => {
    await api.POST('/network/tries', { body: { set, confirmWithinSeconds } });
    if (to) setTimeout(() => location.assign(newAddress(to)), followMillis);
  };
  return (
    <Ask title={adapter ? t.network.edit(adapter.name) : t.network.add} confirm={t.network.tryIt} run={run} close={close} ready={ready}>
      <Form onSubmit={(e) => e.preventDefault()}>
        {!adapter && <KindChoice draft={draft} change={change} adapters={adapters} />}
        <KindFields draft={draft} change={change} adapters={adapters} locked={locked} />
        <Fields draft={draft} change={change} problems={seen?.problems ?? []} />
      </Form>
      <Refusal text={error} />
      <Difference lines={seen?.lines ?? []} />
      {to && <Alert component="p" variant="warning" isInline title={t.network.moves(newAddress(to))} className="sw-gap">{t.network.movesText}</Alert>}
    </Ask>
  );
}

function newAddress(to: string): string {
  return `https://${to.includes(':') ? `[${to}]` : to}${location.port ? `:${location.port}` : ''}/host`;
}

function Fields(p: { draft: Draft; change: (c: Partial<Draft>) => void; problems: Preview['problems'] }) {
  const { draft, change } = p;
  const text = (key: 'addresses' | 'gateway' | 'gateway6' | 'dns' | 'search' | 'mtu', label: string, help: string) => (
    <TextRow
      id={key} label={label} help={help} value={draft[key]} change={(v) => change({ [key]: v })}
      wrong={p.problems.filter((x) => (key === 'addresses' ? x.field.startsWith('address') : key === 'gateway6' || key === 'gateway' ? x.field === key : x.field.startsWith(key))).map((x) => x.message).join(' ')}
    />
  );
  const known = /^(address|gateway|dns|search|mtu)/;
  return (
    <>
      <FormGroup role="radiogroup" label={t.network.mode} fieldId="mode" isInline>
        <Radio id="mode-dhcp" name="mode" label="DHCP" isChecked={draft.dhcp} onChange={() => change({ dhcp: true, none: false })} />
        <Radio id="mode-static" name="mode" label={t.network.fixed} isChecked={!draft.dhcp && !draft.none} onChange={() => change({ dhcp: false, none: false })} />
        <Radio id="mode-none" name="mode" label={t.network.noAddress} isChecked={draft.none} onChange={() => change({ dhcp: false, none: true })} />
      </FormGroup>
      {!draft.dhcp && !draft.none && text('addresses', t.network.addresses, t.network.addressHelp)}
      {!draft.dhcp && !draft.none && text('gateway', t.network.gateway, t.network.gatewayHelp)}
      <Ipv6 draft={draft} change={change} />
      {draft.ipv6 === 'static' && text('gateway6', t.network.gateway6, t.network.gateway6Help)}
      {text('dns', t.network.dns, draft.dhcp ? t.network.dnsHelp : t.network.searchHelp)}
      {text('search', t.network.search, t.network.searchHelp)}
      {text('mtu', t.network.mtu, t.network.mtuHelp)}
      {p.problems.filter((x) => !known.test(x.field)).map((x) => <Refusal key={x.message} text={x.message} />)}
    </>
  );
}

function Ipv6({ draft, change }: { draft: Draft; change: (c: Partial<Draft>) => void }) {
  return (
    <FormGroup label="IPv6" fieldId="ipv6">
      <FormSelect id="ipv6" value={draft.ipv6 || 'auto'} onChange={(_, v) => change({ ipv6: v as Draft['ipv6'] })}>
        {(['auto', 'static', 'off'] as const).map((v) => <FormSelectOption key={v} value={v} label={t.network.ipv6[v]} />)}
      </FormSelect>
    </FormGroup>
  );
}

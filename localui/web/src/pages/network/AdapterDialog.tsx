import { Alert, Form, FormGroup, FormHelperText, HelperText, HelperTextItem, List, ListItem, Radio, TextInput } from '@patternfly/react-core';
import { useEffect, useState } from 'react';
import { api, dataOf, sentence, type Adapter, type AdapterSettings } from '../../api/client';
import { Ask } from '../../parts/Ask';
import { Refusal } from '../../parts/Parts';
import { t } from '../../texts';
import { changeOf, draftOf, emptyDraft, movesTo, settingsOf, type Draft } from './form';
import { KindChoice, KindFields } from './KindFields';

const confirmWithinSeconds = 120;
const settleMillis = 300;
const followMillis = 4000;

type Preview = Awaited<ReturnType<typeof preview>>;

function preview(set: AdapterSettings[]) {
  return dataOf(api.POST('/network/preview', { body: { set } }));
}

/** Changes one adapter, or makes a new one, as a try. The host says while one types what would change and what is wrong. */
export function AdapterDialog({ adapter, adapters, confirmed, close }: { adapter?: Adapter; adapters: Adapter[]; confirmed?: AdapterSettings; close: () => void }) {
  const [draft, setDraft] = useState(() => (adapter ? draftOf(adapter, confirmed) : emptyDraft('vlan', adapters)));
  const [answer, setAnswer] = useState<{ asked: string; preview: Preview }>();
  const [error, setError] = useState('');
  const set = changeOf(draft, confirmed);
  const asked = JSON.stringify(set);
  useEffect(() => {
    let current = true;
    const timer = setTimeout(() => {
      preview(JSON.parse(asked) as AdapterSettings[]).then(
        (p) => current && (setAnswer({ asked, preview: p }), setError('')),
        (e: unknown) => current && setError(sentence(e)),
      );
    }, settleMillis);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [asked]);
  const change = (c: Partial<Draft>) => setDraft({ ...draft, ...c });
  const seen = answer?.preview;
  const ready = answer?.asked === asked && answer.preview.problems.length === 0 && answer.preview.lines.length > 0;
  const to = adapter ? movesTo(location.hostname, adapter, settingsOf(draft, confirmed)) : '';
  const run = async () => {
    await api.POST('/network/tries', { body: { set, confirmWithinSeconds } });
    if (to) setTimeout(() => location.assign(newAddress(to)), followMillis);
  };
  return (
    <Ask title={adapter ? t.network.edit(adapter.name) : t.network.add} confirm={t.network.tryIt} run={run} close={close} ready={ready}>
      <Form onSubmit={(e) => e.preventDefault()}>
        {!adapter && <KindChoice draft={draft} change={change} adapters={adapters} />}
        <KindFields draft={draft} change={change} adapters={adapters} />
        <Fields draft={draft} change={change} problems={seen?.problems ?? []} />
      </Form>
      <Refusal text={error} />
      {seen && seen.lines.length > 0 && (
        <Alert component="p" variant="info" isInline isPlain title={t.network.willChange} className="sw-gap">
          <List>{seen.lines.map((l, i) => <ListItem key={i}>{l.adapter} {l.setting}: {l.old || '–'} → {l.new || '–'}</ListItem>)}</List>
        </Alert>
      )}
      {to && <Alert component="p" variant="warning" isInline title={t.network.moves(newAddress(to))} className="sw-gap">{t.network.movesText}</Alert>}
    </Ask>
  );
}

function newAddress(to: string): string {
  return `https://${to.includes(':') ? `[${to}]` : to}${location.port ? `:${location.port}` : ''}/host`;
}

function Fields(p: { draft: Draft; change: (c: Partial<Draft>) => void; problems: Preview['problems'] }) {
  const { draft, change } = p;
  const text = (key: 'addresses' | 'gateway' | 'dns' | 'search' | 'mtu', label: string, help: string) => {
    const wrong = p.problems.filter((x) => x.field.startsWith(key === 'addresses' ? 'address' : key)).map((x) => x.message).join(' ');
    return (
      <FormGroup label={label} fieldId={key}>
        <TextInput id={key} value={draft[key]} onChange={(_, v) => change({ [key]: v })} validated={wrong ? 'error' : 'default'} aria-describedby={`${key}-help`} />
        <FormHelperText>
          <HelperText id={`${key}-help`}><HelperTextItem variant={wrong ? 'error' : 'default'}>{wrong || help}</HelperTextItem></HelperText>
        </FormHelperText>
      </FormGroup>
    );
  };
  const known = /^(address|gateway|dns|search|mtu)/;
  return (
    <>
      <FormGroup role="radiogroup" label={t.network.mode} fieldId="mode" isInline>
        <Radio id="mode-dhcp" name="mode" label="DHCP" isChecked={draft.dhcp} onChange={() => change({ dhcp: true })} />
        <Radio id="mode-static" name="mode" label={t.network.fixed} isChecked={!draft.dhcp} onChange={() => change({ dhcp: false })} />
      </FormGroup>
      {!draft.dhcp && text('addresses', t.network.addresses, t.network.addressHelp)}
      {!draft.dhcp && text('gateway', t.network.gateway, t.network.gatewayHelp)}
      {text('dns', t.network.dns, draft.dhcp ? t.network.dnsHelp : t.network.searchHelp)}
      {text('search', t.network.search, t.network.searchHelp)}
      {text('mtu', t.network.mtu, t.network.mtuHelp)}
      {p.problems.filter((x) => !known.test(x.field)).map((x) => <Refusal key={x.message} text={x.message} />)}
    </>
  );
}

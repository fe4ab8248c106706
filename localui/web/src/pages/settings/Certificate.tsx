import {
  Alert, Button, ClipboardCopy, ClipboardCopyVariant, Content, DescriptionList, DescriptionListDescription, DescriptionListGroup, DescriptionListTerm, Form, FormGroup, FormHelperText,
  HelperText, HelperTextItem, TextArea, TextInput,
} from '@patternfly/react-core';
import { useState, type ReactNode } from 'react';
import { useCaller } from '../../api/caller';
import { api, dataOf, type HostCertificate } from '../../api/client';
import { useAction, useLoad } from '../../api/use';
import { Ask } from '../../parts/Ask';
import { download } from '../../parts/download';
import { Loading, Refusal, When } from '../../parts/Parts';
import { t } from '../../texts';

type Dialog = 'request' | 'install' | 'remove';

/** What browsers see of this host, and the way to a certificate of one's own. */
export function Certificate() {
  const { data, error, reload } = useLoad(() => dataOf(api.GET('/host/certificate')));
  const { mayChange } = useCaller();
  const [dialog, setDialog] = useState<Dialog>();
  if (!data) return error ? <Refusal text={error} title={t.errors.load} /> : <Loading />;
  const close = () => {
    setDialog(undefined);
    void reload();
  };
  const c = t.certificate;
  return (
    <>
      <Content component="p" className="sw-gap">{data.own ? c.own : c.selfSigned}</Content>
      {data.warnings.map((w) => <Alert key={w} component="p" variant="warning" isInline title={w} className="sw-gap" />)}
      {data.requested && <Alert component="p" variant="info" isInline title={c.requested} className="sw-gap" />}
      <Facts of={data} />
      {mayChange && (
        <div className="sw-actions sw-gap">
          <Button variant="secondary" onClick={() => setDialog('request')}>{c.request}</Button>
          <Button variant="secondary" onClick={() => setDialog('install')}>{c.install}</Button>
          {data.own && <Button variant="link" isDanger onClick={() => setDialog('remove')}>{c.remove}</Button>}
        </div>
      )}
      {dialog === 'request' && <Request close={close} />}
      {dialog === 'install' && <Install waits={data.requested} close={close} />}
      {dialog === 'remove' && (
        <Ask title={c.remove} confirm={c.remove} danger close={close} run={() => api.DELETE('/host/certificate')}><p>{c.removeText}</p></Ask>
      )}
    </>
  );
}

function Facts({ of: c }: { of: HostCertificate }) {
  const f = t.certificate.facts;
  const row = (term: string, text: ReactNode) => (
    <DescriptionListGroup><DescriptionListTerm>{term}</DescriptionListTerm><DescriptionListDescription>{text}</DescriptionListDescription></DescriptionListGroup>
  );
  return (
    <DescriptionList isCompact isHorizontal className="sw-gap" aria-label={t.settings.certificate}>
      {row(f.subject, c.subject)}
      {row(f.issuer, c.selfSigned ? f.itself : c.issuer)}
      {row(f.names, c.names.join(', '))}
      {row(f.begins, <When at={c.notBefore} />)}
      {row(f.ends, c.own ? <When at={c.notAfter} /> : f.never)}
      {row(f.fingerprint, <code className="sw-token">{c.fingerprint}</code>)}
    </DescriptionList>
  );
}

function Help({ id, text }: { id: string; text: string }) {
  return <FormHelperText><HelperText id={id}><HelperTextItem>{text}</HelperTextItem></HelperText></FormHelperText>;
}

const listOf = (text: string) => text.split(/[\s,]+/).filter(Boolean);

/** Asks for a signing request and shows it. */
function Request({ close }: { close: () => void }) {
  const [names, setNames] = useState('');
  const [organization, setOrganization] = useState('');
  const [request, setRequest] = useState('');
  const c = t.certificate;
  const make = async () => {
    setRequest((await dataOf(api.POST('/host/certificate/request', { body: { names: listOf(names), organization: organization.trim() } }))).request);
  };
  const { busy, error, start } = useAction(make);
  return (
    <Ask title={c.request} confirm={t.download} close={close} ready={request !== ''} run={async () => download('slipway.csr', 'application/pkcs10', request)}>
      <Form
        onSubmit={(e) => {
          e.preventDefault();
          void start();
        }}
      >
        <p>{c.requestText}</p>
        <FormGroup label={c.names} fieldId="csr-names">
          <TextInput id="csr-names" value={names} onChange={(_, v) => setNames(v)} aria-describedby="csr-names-help" />
          <Help id="csr-names-help" text={c.namesHelp} />
        </FormGroup>
        <FormGroup label={c.organization} fieldId="csr-organization">
          <TextInput id="csr-organization" value={organization} onChange={(_, v) => setOrganization(v)} />
        </FormGroup>
        <Refusal text={error} />
        <div><Button type="submit" variant="secondary" isDisabled={busy} isLoading={busy}>{c.make}</Button></div>
        {request && (
          <ClipboardCopy isReadOnly isCode isExpanded hoverTip={t.copy} clickTip={t.copied} variant={ClipboardCopyVariant.expansion} textAriaLabel={c.request} toggleAriaLabel={c.request}>
            {request}
          </ClipboardCopy>
        )}
      </Form>
    </Ask>
  );
}

/** Uploads a certificate chain, with its key when that was made elsewhere. */
function Install({ waits, close }: { waits: boolean; close: () => void }) {
  const [chain, setChain] = useState('');
  const [key, setKey] = useState('');
  const c = t.certificate;
  return (
    <Ask title={c.install} confirm={c.install} close={close} ready={chain.trim() !== ''} run={() => api.PUT('/host/certificate', { body: { chain, key } })}>
      <Form onSubmit={(e) => e.preventDefault()}>
        <Pem id="pem-chain" label={c.chain} help={c.chainHelp} value={chain} change={setChain} />
        <Pem id="pem-key" label={c.key} help={waits ? c.keyWaits : c.keyHelp} value={key} change={setKey} />
      </Form>
    </Ask>
  );
}

/** PEM text, pasted or taken from a file. */
function Pem(p: { id: string; label: string; help: string; value: string; change: (text: string) => void }) {
  return (
    <FormGroup label={p.label} fieldId={p.id}>
      <TextArea id={p.id} value={p.value} onChange={(_, v) => p.change(v)} rows={5} resizeOrientation="vertical" spellCheck={false} autoComplete="off" aria-describedby={`${p.id}-help`} />
      <Help id={`${p.id}-help`} text={p.help} />
      <input type="file" accept=".pem,.crt,.cer,.key" aria-label={t.certificate.fileOf(p.label)} onChange={async (e) => p.change((await e.target.files?.[0]?.text()) ?? '')} />
    </FormGroup>
  );
}

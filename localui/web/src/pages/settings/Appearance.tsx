import { ActionGroup, Alert, Button, Content, Form, FormGroup, FormHelperText, HelperText, HelperTextItem, TextArea, TextInput } from '@patternfly/react-core';
import { useState, type FormEvent, type ReactNode } from 'react';
import { useCaller } from '../../api/caller';
import { api, dataOf, type MenuLink, type Theme, type ThemeMenu } from '../../api/client';
import { useAction, useLoad } from '../../api/use';
import { Loading, Refusal } from '../../parts/Parts';
import { loadTheme } from '../../parts/theme';
import { t } from '../../texts';
import { LinksEditor } from './LinksEditor';
import { Logo } from './Logo';
import { StaticPages } from './StaticPages';

const a = t.appearance;

/** How the pages look: for administrators to change, for everybody to see. */
export function Appearance() {
  const { data, error, reload } = useLoad(async () => ({ look: await dataOf(api.GET('/theme')), menu: await dataOf(api.GET('/theme/menu')) }));
  const { mayChange } = useCaller();
  if (!data) return error ? <Refusal text={error} title={t.errors.load} /> : <Loading />;
  return (
    <>
      <Content component="p" className="sw-gap">{a.lead}</Content>
      {data.menu.trouble && <Alert component="p" variant="warning" isInline title={a.trouble} className="sw-gap">{data.menu.trouble}</Alert>}
      <Logo look={data.look} mayChange={mayChange} changed={reload} />
      {mayChange && <Look look={data.look} menu={data.menu} />}
      <StaticPages pages={data.menu.pages} mayChange={mayChange} changed={() => Promise.all([loadTheme(), reload()])} />
    </>
  );
}

/** The form. Links that are shown inside change what this page may load, so it loads itself again when that is saved. */
function Look({ look, menu }: { look: Theme; menu: ThemeMenu }) {
  const [brandColor, setBrand] = useState(look.brandColor ?? '');
  const [sidebarColor, setSide] = useState(look.sidebarColor ?? '');
  const [banner, setBanner] = useState(look.banner ?? '');
  const [title, setTitle] = useState(look.consent?.title ?? '');
  const [text, setText] = useState(look.consent?.text ?? '');
  const [links, setLinks] = useState<MenuLink[]>(menu.links);
  const [saved, setSaved] = useState(false);
  const { busy, error, start } = useAction(async () => {
    const consent = text.trim() ? { consent: { title, text } } : {};
    await api.PUT('/theme', { body: { brandColor, sidebarColor, banner, links, ...consent } });
    if (JSON.stringify(links) !== JSON.stringify(menu.links)) location.reload();
    await loadTheme();
  });
  const submit = async (e: FormEvent) => {
    e.preventDefault();
    setSaved(false);
    setSaved(await start());
  };
  return (
    <Form onSubmit={submit} className="sw-gap" aria-label={t.settings.appearance}>
      <Color id="brand" label={a.brand} value={brandColor} change={setBrand} />
      <Color id="side" label={a.side} value={sidebarColor} change={setSide} />
      <Field id="banner" label={a.banner} help={a.bannerHelp}>
        <TextInput id="banner" value={banner} onChange={(_, v) => setBanner(v)} aria-describedby="banner-help" />
      </Field>
      <Field id="consent-title" label={a.consent}>
        <TextInput id="consent-title" value={title} onChange={(_, v) => setTitle(v)} />
      </Field>
      <Field id="consent-text" label={a.consentText} help={a.consentHelp}>
        <TextArea id="consent-text" value={text} onChange={(_, v) => setText(v)} rows={4} resizeOrientation="vertical" aria-describedby="consent-text-help" />
      </Field>
      <LinksEditor links={links} change={setLinks} />
      <Refusal text={error} />
      {saved && <Alert component="p" variant="success" isInline isLiveRegion title={a.saved} />}
      <ActionGroup><Button type="submit" isDisabled={busy} isLoading={busy}>{t.save}</Button></ActionGroup>
    </Form>
  );
}

/** A field with its help. */
export function Field({ id, label, help, children }: { id: string; label: string; help?: string; children: ReactNode }) {
  return (
    <FormGroup label={label} fieldId={id}>
      {children}
      {help && <FormHelperText><HelperText id={`${id}-help`}><HelperTextItem>{help}</HelperTextItem></HelperText></FormHelperText>}
    </FormGroup>
  );
}

function Color({ id, label, value, change }: { id: string; label: string; value: string; change: (v: string) => void }) {
  return (
    <Field id={id} label={label} help={a.colorHelp}>
      <div className="sw-inline">
        <input type="color" value={/^#[0-9a-f]{6}$/i.test(value) ? value.toLowerCase() : '#0066cc'} onChange={(e) => change(e.target.value)} aria-label={a.pick(label)} />
        <div><TextInput id={id} value={value} onChange={(_, v) => change(v.trim())} maxLength={7} aria-describedby={`${id}-help`} /></div>
      </div>
    </Field>
  );
}

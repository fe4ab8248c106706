import { Alert, Content, EmptyState, EmptyStateBody, EmptyStateFooter, Label, PageSection, Spinner, Title } from '@patternfly/react-core';
import { useEffect, type ReactNode } from 'react';
import { time } from '../format';
import { t } from '../texts';
import { useSettings } from './settings';

/** One page: its title in the tab and on top, its buttons, what it says. */
export function PageBody(p: { title: string; lead?: string; actions?: ReactNode; children: ReactNode }) {
  useEffect(() => {
    document.title = `${p.title} · ${t.product}`;
  }, [p.title]);
  return (
    <>
      <PageSection className="sw-head">
        <div>
          <Title headingLevel="h1">{p.title}</Title>
          {p.lead && <Content component="p">{p.lead}</Content>}
        </div>
        {p.actions && <div className="sw-actions">{p.actions}</div>}
      </PageSection>
      <PageSection isFilled className="sw-body">{p.children}</PageSection>
    </>
  );
}

/** What a host says, as a sentence of its own. */
export const asSentence = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** Why something was refused; nothing when it was not. Read aloud by screen readers. */
export function Refusal({ text, title }: { text: string; title?: string }) {
  if (!text) return null;
  return (
    <Alert component="p" variant="danger" isInline title={title ?? t.refused} isLiveRegion className="sw-refusal">
      {asSentence(text)}
    </Alert>
  );
}

/** A page or table with nothing in it says what to do next. */
export function Nothing(p: { title: string; text: string; children?: ReactNode }) {
  return (
    <EmptyState titleText={p.title} headingLevel="h2" variant="sm">
      <EmptyStateBody>{p.text}</EmptyStateBody>
      {p.children && <EmptyStateFooter>{p.children}</EmptyStateFooter>}
    </EmptyState>
  );
}

export function Loading() {
  return <Spinner aria-label={t.loading} />;
}

/** Where menus of a table open: inside of the page, where readers of landmarks find them. */
export const inPage = (): HTMLElement => document.querySelector('main') ?? document.body;

/** A point in time, in the zone that the user chose. */
export function When({ at }: { at?: string | null }) {
  const { zone } = useSettings();
  return <>{time(at ?? undefined, zone)}</>;
}

type Tone = 'success' | 'warning' | 'danger' | 'info';

const tones: Record<string, Tone> = {
  Ready: 'success', Synced: 'success', Healthy: 'success', Running: 'success', Succeeded: 'success', succeeded: 'success', completed: 'success', Configured: 'success', ok: 'success', done: 'success',
  InUse: 'info', Syncing: 'info', Provisioning: 'info', Progressing: 'info', Deleting: 'info', running: 'info', pending: 'info', cancelling: 'info', Pending: 'info', NotConfigured: 'info',
  NotSynced: 'warning', Degraded: 'warning', Unknown: 'warning', unknown: 'warning', warn: 'warning', cancelled: 'warning',
  Failed: 'danger', Unhealthy: 'danger', Unreachable: 'danger', Error: 'danger', failed: 'danger', fail: 'danger',
};

/** A state in its colour and always in words too. */
export function State({ of, text }: { of: string; text?: string }) {
  return <Label status={tones[of] ?? 'warning'} variant="outline">{text ?? t.states[of] ?? of}</Label>;
}

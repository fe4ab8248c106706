import { DescriptionList, DescriptionListDescription, DescriptionListGroup, DescriptionListTerm, List, ListItem } from '@patternfly/react-core';
import type { ReactNode } from 'react';
import type { Definition, Plan } from '../../api/client';
import { t } from '../../texts';
import { lines, type Draft, type PoolDraft } from './draft';

/** "control-plane-pool, worker capability, site=north, gpu:NoSchedule". */
const poolLine = (p: PoolDraft) => [p.name, p.role === 'control-plane' && p.workerCapable ? t.wizard.workerCapable.toLowerCase() : '', ...lines(p.labels), ...lines(p.taints)].filter(Boolean).join(', ');

/** What will be done, once more, before it is done. */
export function Review({ draft, plan, definition, nameOf }: { draft: Draft; plan: Plan; definition?: Definition; nameOf: (h: string) => string }) {
  const masked = new Set(definition?.variables.filter((v) => v.masked).map((v) => v.name));
  const changed = Object.entries(draft.variables).map(([k, v]) => `${k}: ${masked.has(k) ? '********' : v || '–'}`);
  const rows: [string, ReactNode][] = [
    [t.wizard.name, plan.name],
    [t.wizard.tags, draft.tags.trim() || '–'],
    [t.cluster.api, `${t.wizard.ways[draft.reached].label}: ${plan.endpoint}`],
    [t.wizard.ntp, draft.ntpServers.trim() || t.wizard.ownNTP],
    [t.wizard.ssh, lines(draft.sshKeys).length || '–'],
    [t.wizard.pools, <List isPlain>{draft.pools.map((p) => <ListItem key={p.key}>{poolLine(p)}</ListItem>)}</List>],
    [t.wizard.nodes, <List isPlain>{plan.nodes.map((n) => <ListItem key={n.host}>{n.name} ({n.address}), {t.states[n.role] ?? n.role}</ListItem>)}</List>],
    [t.wizard.applications, plan.packs.join(', ')],
    [t.wizard.changed, changed.length > 0 ? <List isPlain>{changed.map((c) => <ListItem key={c}>{c}</ListItem>)}</List> : t.wizard.defaults],
    [t.wizard.steps, <List isPlain>{(plan.steps ?? []).map((s, i) => <ListItem key={i}>{nameOf(s)}</ListItem>)}</List>],
  ];
  return (
    <DescriptionList isHorizontal>
      {rows.map(([term, value]) => (
        <DescriptionListGroup key={term}>
          <DescriptionListTerm>{term}</DescriptionListTerm>
          <DescriptionListDescription>{value}</DescriptionListDescription>
        </DescriptionListGroup>
      ))}
    </DescriptionList>
  );
}

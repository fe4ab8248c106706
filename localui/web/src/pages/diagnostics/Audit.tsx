import { Button, FormSelect, FormSelectOption, Label, SearchInput, Toolbar, ToolbarContent, ToolbarItem } from '@patternfly/react-core';
import { Table, Tbody, Td, Th, Thead, Tr } from '@patternfly/react-table';
import { useEffect, useState } from 'react';
import { api, type AuditEntry, dataOf } from '../../api/client';
import { useLoad } from '../../api/use';
import { Loading, Nothing, Refusal, When } from '../../parts/Parts';
import { t } from '../../texts';
import { fileOf, queryOf, type Wanted } from './wanted';

const everyMillis = 5000;
const limit = 500;
const d = t.diagnostics;
const outcomes = [{ value: '', label: d.anyOutcome }, { value: 'done', label: d.outcomeDone }, { value: 'refused', label: d.outcomeRefused }];
const spans = [{ value: '0', label: d.ever }, { value: '60', label: d.lastHour }, { value: '1440', label: d.lastDay }];

/** Who changed what, newest first: by user, action, outcome and time, and as a file. */
export function Audit() {
  const [wanted, setWanted] = useState<Wanted>({ user: '', text: '', outcome: '', minutes: 0 });
  const { data, error, reload } = useLoad(() => dataOf(api.GET('/audit', { params: { query: { ...queryOf(wanted, Date.now()), limit } } })), everyMillis);
  useEffect(() => {
    const timer = setTimeout(() => void reload(), 300); // after the word, not at each key
    return () => clearTimeout(timer);
  }, [wanted, reload]);
  const word = (label: string, key: 'user' | 'text') => (
    <ToolbarItem><SearchInput aria-label={label} placeholder={label} value={wanted[key]} onChange={(_, v) => setWanted({ ...wanted, [key]: v })} onClear={() => setWanted({ ...wanted, [key]: '' })} /></ToolbarItem>
  );
  const choice = (label: string, value: string, options: { value: string; label: string }[], set: (v: string) => void) => (
    <ToolbarItem>
      <FormSelect aria-label={label} value={value} onChange={(_, v) => set(v)}>
        {options.map((o) => <FormSelectOption key={o.value} value={o.value} label={o.label} />)}
      </FormSelect>
    </ToolbarItem>
  );
  return (
    <>
      <Toolbar>
        <ToolbarContent>
          {word(d.byUser, 'user')}
          {word(d.actionText, 'text')}
          {choice(d.columns.outcome, wanted.outcome, outcomes, (outcome) => setWanted({ ...wanted, outcome }))}
          {choice(d.since, String(wanted.minutes), spans, (m) => setWanted({ ...wanted, minutes: Number(m) }))}
          <ToolbarItem><Button variant="secondary" component="a" href={fileOf(wanted, 'json', Date.now())} download>{d.downloadJSON}</Button></ToolbarItem>
          <ToolbarItem><Button variant="secondary" component="a" href={fileOf(wanted, 'csv', Date.now())} download>{d.downloadCSV}</Button></ToolbarItem>
        </ToolbarContent>
      </Toolbar>
      <Refusal text={error} title={t.errors.load} />
      {!data && !error && <Loading />}
      {data?.length === 0 && <Nothing title={d.noEntries} text={d.noEntriesText} />}
      {data && data.length > 0 && <Rows entries={data} />}
    </>
  );
}

function Rows({ entries }: { entries: AuditEntry[] }) {
  const c = d.columns;
  return (
    <Table variant="compact" aria-label={d.audit}>
      <Thead>
        <Tr><Th>{c.time}</Th><Th>{c.user}</Th><Th>{c.action}</Th><Th>{c.outcome}</Th><Th>{c.from}</Th></Tr>
      </Thead>
      <Tbody>
        {entries.map((e, i) => (
          <Tr key={`${e.time} ${i}`}>
            <Td dataLabel={c.time}><When at={e.time} /></Td>
            <Td dataLabel={c.user}>{e.user || '–'}</Td>
            <Td dataLabel={c.action} modifier="breakWord">{e.action} {e.dryRun && <Label isCompact>{d.dryRun}</Label>}{e.detail === 'forced' && <Label isCompact>{d.forced}</Label>}</Td>
            <Td dataLabel={c.outcome}>{e.outcome}</Td>
            <Td dataLabel={c.from}>{[e.via, e.address].filter(Boolean).join(' ')}</Td>
          </Tr>
        ))}
      </Tbody>
    </Table>
  );
}

import { Button, Content, FormSelect, FormSelectOption, SearchInput, Switch, Toolbar, ToolbarContent, ToolbarItem } from '@patternfly/react-core';
import { useEffect, useRef, useState } from 'react';
import { useCaller } from '../../api/caller';
import type { LogEntry } from '../../api/client';
import { time } from '../../format';
import { Loading, Nothing, Refusal } from '../../parts/Parts';
import { download } from '../../parts/download';
import { useSettings } from '../../parts/settings';
import { t } from '../../texts';
import { type Filter, kept, useLines } from './lines';

const d = t.diagnostics;
const agent = { value: '', label: d.agentUnit };
/** What else logs on a host of ours; a viewer may read the agent's log only. */
const units = [
  agent, { value: 'all', label: d.allUnits }, { value: 'kernel', label: d.kernel }, ...['kubelet', 'containerd', 'systemd-networkd', 'systemd-resolved', 'systemd-timesyncd', 'ssh'].map((u) => ({ value: `${u}.service`, label: u })),
];
const priorities = [{ value: '', label: d.anyPriority }, { value: 'warning', label: d.onlyWarnings }, { value: 'err', label: d.onlyErrors }];
const spans = [{ value: '0', label: d.ever }, { value: '15', label: d.lastMinutes }, { value: '60', label: d.lastHour }, { value: '1440', label: d.lastDay }];

/** The journal of the host, filtered, going on while live. */
export function Logs() {
  const [filter, setFilter] = useState<Filter>({ unit: '', priority: '', text: '', minutes: 0 });
  const [live, setLive] = useState(true);
  const { mayChange } = useCaller();
  const { zone } = useSettings();
  const { entries, error } = useLines(filter, live);
  const box = useRef<HTMLPreElement>(null);
  useEffect(() => {
    if (live && box.current) box.current.scrollTop = box.current.scrollHeight;
  }, [entries, live]);
  const line = (e: LogEntry) => `${time(e.time, zone)}  ${e.unit}  ${e.priority}  ${e.message}`;
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
          {choice(d.unit, filter.unit, mayChange ? units : [agent], (unit) => setFilter({ ...filter, unit }))}
          {choice(d.priority, filter.priority, priorities, (priority) => setFilter({ ...filter, priority }))}
          {choice(d.since, String(filter.minutes), spans, (minutes) => setFilter({ ...filter, minutes: Number(minutes) }))}
          <ToolbarItem><SearchInput aria-label={d.text} placeholder={d.text} value={filter.text} onChange={(_, text) => setFilter({ ...filter, text })} onClear={() => setFilter({ ...filter, text: '' })} /></ToolbarItem>
          <ToolbarItem alignSelf="center"><Switch id="live" label={d.live} isChecked={live} onChange={(_, on) => setLive(on)} /></ToolbarItem>
          <ToolbarItem>
            <Button variant="secondary" isDisabled={!entries?.length} onClick={() => download('log.txt', 'text/plain', (entries ?? []).map(line).join('\n'))}>{t.download}</Button>
          </ToolbarItem>
        </ToolbarContent>
      </Toolbar>
      <Refusal text={error} title={t.errors.load} />
      {!entries && !error && <Loading />}
      {entries?.length === 0 && <Nothing title={d.noLines} text={d.noLinesText} />}
      {entries && entries.length > 0 && (
        <>
          <pre ref={box} className="sw-output sw-log" tabIndex={0} role="log" aria-label={d.logs}>{entries.map(line).join('\n')}</pre>
          <Content component="small">{entries.length < kept ? d.lines(entries.length) : d.linesKept(kept)}</Content>
        </>
      )}
    </>
  );
}

import { Progress } from '@patternfly/react-core';
import { Table, Tbody, Td, Th, Thead, Tr } from '@patternfly/react-table';
import { memo } from 'react';
import type { Operation, Step } from '../api/client';
import { useNow } from '../api/use';
import { bytes, duration, percent } from '../format';
import { t } from '../texts';
import { Refusal, State, When } from './Parts';

/** How far a step is, in words; nothing once it is done. Without a unit only the share means something. */
export function stepProgress(s: Step): string {
  const p = s.progress;
  if (!p || p.total <= 0 || s.state === 'succeeded') return '';
  const share = `${percent(p.done, p.total)} %`;
  if (!p.unit) return share;
  const of = p.unit === 'bytes' ? `${bytes(p.done)} / ${bytes(p.total)}` : `${p.done} / ${p.total} ${p.unit}`;
  return `${of} (${share})`;
}

export function stepTime(s: Step, now: number): string {
  const start = Date.parse(s.startedAt ?? '');
  if (!(start > 0)) return '';
  const end = Date.parse(s.endedAt ?? '');
  return duration(((end > 0 ? end : now) - start) / 1000);
}

/** Says the same when it looks the same: rows of long tables are drawn only when they change. */
export const alike = <T,>(a: T, b: T): boolean => JSON.stringify(a) === JSON.stringify(b);

/** The time of a step that runs, each second. */
function Running({ step }: { step: Step }) {
  return <>{stepTime(step, useNow()) || '–'}</>;
}

const StepRow = memo(function StepRow({ step: s, began }: { step: Step; began?: boolean }) {
  const c = t.steps;
  return (
    <Tr>
      <Td dataLabel={c.step}>{s.name}</Td>
      <Td dataLabel={c.state}><State of={s.state} /></Td>
      {began && <Td dataLabel={c.began}><When at={s.startedAt} /></Td>}
      <Td dataLabel={c.time}>{s.state === 'running' ? <Running step={s} /> : stepTime(s, 0) || '–'}</Td>
      <Td dataLabel={c.progress}>{[stepProgress(s), s.message].filter(Boolean).join(' · ') || '–'}</Td>
    </Tr>
  );
}, alike);

/** The steps of an operation with their progress and times. */
export function Steps({ steps, label, began }: { steps: Step[]; label: string; began?: boolean }) {
  const c = t.steps;
  return (
    <Table variant="compact" borders={false} aria-label={label}>
      <Thead><Tr><Th>{c.step}</Th><Th>{c.state}</Th>{began && <Th>{c.began}</Th>}<Th>{c.time}</Th><Th>{c.progress}</Th></Tr></Thead>
      <Tbody>
        {steps.map((s, i) => <StepRow key={`${i} ${s.name}`} step={s} began={began} />)}
      </Tbody>
    </Table>
  );
}

/** One operation under way, in one line or two. */
export function OperationLine({ op }: { op: Operation }) {
  const all = op.progress;
  const current = op.steps.find((s) => s.state === 'running') ?? op.steps.at(-1);
  const p = current?.progress;
  return (
    <div className="sw-gap">
      <State of={op.state} /> {op.title ?? op.kind} {op.state === 'running' && all && <>· {t.steps.of(all.done, all.total)}</>} {current && <>· {current.name}</>}
      {op.state === 'running' && p && p.total > 0 && (
        <Progress value={percent(p.done, p.total)} label={stepProgress(current)} aria-label={`${op.title ?? op.kind}: ${current.name}`} size="sm" />
      )}
      <Refusal text={op.error ?? ''} title={op.title} />
    </div>
  );
}

import { Progress, ProgressStepper, ProgressStep } from '@patternfly/react-core';
import type { Operation, Step } from '../api/client';
import { bytes, duration, percent } from '../format';
import { t } from '../texts';
import { Refusal, State } from './Parts';

/** How far a step is, in words. */
export function stepProgress(s: Step): string {
  const p = s.progress;
  if (!p || p.total <= 0) return '';
  const of = p.unit === 'bytes' ? `${bytes(p.done)} / ${bytes(p.total)}` : `${p.done} / ${p.total}`;
  return `${of} (${percent(p.done, p.total)} %)`;
}

export function stepTime(s: Step, now = Date.now()): string {
  const start = Date.parse(s.startedAt ?? '');
  if (!(start > 0)) return '';
  const end = Date.parse(s.endedAt ?? '');
  return duration(((end > 0 ? end : now) - start) / 1000);
}

const variants = { succeeded: 'success', running: 'info', failed: 'danger', cancelled: 'warning' } as const;

/** The steps of an operation with their times. */
export function Steps({ steps, label }: { steps: Step[]; label: string }) {
  return (
    <ProgressStepper isVertical isCompact aria-label={label}>
      {steps.map((s, i) => (
        <ProgressStep
          key={`${i} ${s.name}`}
          id={`step-${i}`}
          titleId={`step-title-${i}`}
          variant={variants[s.state as keyof typeof variants] ?? 'pending'}
          isCurrent={s.state === 'running'}
          description={[stepProgress(s), stepTime(s), s.message].filter(Boolean).join(' · ')}
          aria-label={`${s.name}: ${t.states[s.state] ?? s.state}`}
        >
          {s.name}
        </ProgressStep>
      ))}
    </ProgressStepper>
  );
}

/** One operation under way, in one line or two. */
export function OperationLine({ op }: { op: Operation }) {
  const current = op.steps.find((s) => s.state === 'running') ?? op.steps.at(-1);
  const p = current?.progress;
  return (
    <div className="sw-gap">
      <State of={op.state} /> {op.title ?? op.kind} {current && <>· {current.name}</>}
      {op.state === 'running' && p && p.total > 0 && (
        <Progress value={percent(p.done, p.total)} label={stepProgress(current)} aria-label={`${op.title ?? op.kind}: ${current.name}`} size="sm" />
      )}
      <Refusal text={op.error ?? ''} title={op.title} />
    </div>
  );
}

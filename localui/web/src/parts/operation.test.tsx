import { cleanup, render, screen } from '@testing-library/react';
import { afterEach, expect, it } from 'vitest';
import type { Step } from '../api/client';
import { stepProgress, Steps, stepTime } from './Operation';

afterEach(cleanup);

const step = (c: Partial<Step>): Step => ({ name: 'h1: images', state: 'running', progress: null, startedAt: null, endedAt: null, message: '', ...c });
const start = '2026-11-20T10:00:00Z';

it.each([
  [step({}), '', ''],
  [step({ progress: { done: 1 << 20, total: 4 << 20, unit: 'bytes' }, startedAt: start }), '1.0 MiB / 4.0 MiB (25 %)', '1 min 30 s'],
  [step({ progress: { done: 2, total: 3, unit: '' }, startedAt: start }), '66 %', '1 min 30 s'],
  [step({ progress: { done: 2, total: 3, unit: 'hosts' }, startedAt: start }), '2 / 3 hosts (66 %)', '1 min 30 s'],
  [step({ state: 'succeeded', progress: { done: 0, total: 3, unit: '' }, startedAt: start, endedAt: '2026-11-20T10:00:05Z' }), '', '5 s'],
])('%j', (s, progress, time) => {
  expect(stepProgress(s)).toBe(progress);
  expect(stepTime(s, Date.parse('2026-11-20T10:01:30Z'))).toBe(time);
});

it('shows every step with its name, state and message', () => {
  render(<Steps label="steps" steps={[step({ message: 'pulling' }), step({ name: 'h2: join', state: 'failed' })]} />);
  for (const text of ['h1: images', 'running', 'pulling', 'h2: join', 'failed']) screen.getByText(text);
});

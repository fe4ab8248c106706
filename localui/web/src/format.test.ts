import { describe, expect, it } from 'vitest';
import { bytes, countdown, duration, percent, time } from './format';

describe('format', () => {
  it.each([[0, '0 B'], [1023, '1023 B'], [1536, '1.5 KiB'], [150 << 20, '150 MiB'], [3 * 2 ** 40, '3.0 TiB']])('bytes %d', (n, want) => expect(bytes(n)).toBe(want));
  it.each([[0, 0, 0], [1, 3, 33], [999, 1000, 99], [1000, 1000, 100], [5, 0, 0]])('percent %d of %d', (done, total, want) => expect(percent(done, total)).toBe(want));
  it.each([[0, '0 s'], [65, '1 min 5 s'], [3600, '1 h'], [93784, '1 d 2 h'], [-4, '0 s']])('duration %d', (s, want) => expect(duration(s)).toBe(want));
  it.each([[95, '1:35'], [0.2, '0:01'], [-3, '0:00']])('countdown %d', (s, want) => expect(countdown(s)).toBe(want));
  it('time', () => {
    expect(time('2026-11-20T15:04:05Z', 'utc')).toBe('20 Nov 2026, 15:04:05 UTC');
    expect(time(undefined, 'utc')).toBe('–');
    expect(time('0001-01-01T00:00:00Z', 'local')).toBe('–');
  });
});

// Feature 47.
it('shows times in UTC, in the browser\'s zone, or both', () => {
  const at = '2026-11-20T10:00:00Z';
  expect(time(at, 'utc')).toBe('20 Nov 2026, 10:00:00 UTC');
  expect(time(at, 'both')).toBe(`${time(at, 'local')} (20 Nov 2026, 10:00:00 UTC)`);
  expect(time('', 'both')).toBe('–');
});

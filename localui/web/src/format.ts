/** 1536 -> "1.5 KiB". */
export function bytes(n: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let unit = 0;
  while (n >= 1024 && unit < units.length - 1) {
    n /= 1024;
    unit++;
  }
  return `${unit === 0 || n >= 100 ? Math.round(n) : n.toFixed(1)} ${units[unit]}`;
}

/** Whole percent that reads 100 only when everything is there. */
export function percent(done: number, total: number): number {
  if (total <= 0) return 0;
  return done >= total ? 100 : Math.min(99, Math.floor((100 * done) / total));
}

/** 93784 -> "1 d 2 h", 65 -> "1 min 5 s". */
export function duration(seconds: number): string {
  const s = Math.max(0, Math.floor(seconds));
  const parts: [number, string][] = [
    [Math.floor(s / 86400), 'd'],
    [Math.floor(s / 3600) % 24, 'h'],
    [Math.floor(s / 60) % 60, 'min'],
    [s % 60, 's'],
  ];
  const first = parts.findIndex(([n]) => n > 0);
  if (first < 0) return '0 s';
  return parts
    .slice(first, first + 2)
    .filter(([n]) => n > 0)
    .map(([n, unit]) => `${n} ${unit}`)
    .join(' ');
}

/** 95 -> "1:35". */
export function countdown(seconds: number): string {
  const s = Math.max(0, Math.ceil(seconds));
  return `${Math.floor(s / 60)}:${String(s % 60).padStart(2, '0')}`;
}

/** How times are shown. */
export type Zone = 'utc' | 'local' | 'both';

/** A date as the user wants it: in UTC, in the browser's zone, or both. */
export function time(iso: string | undefined, zone: Zone): string {
  if (zone === 'both') {
    const [local, utc] = [time(iso, 'local'), time(iso, 'utc')];
    return local === utc ? local : `${local} (${utc})`;
  }
  const date = new Date(iso ?? '');
  if (Number.isNaN(date.getTime()) || date.getTime() <= 0) return '–';
  const text = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'medium', timeZone: zone === 'utc' ? 'UTC' : undefined }).format(date);
  return zone === 'utc' ? `${text} UTC` : text;
}

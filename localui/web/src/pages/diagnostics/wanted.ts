/** What is wanted of the audit log; empty takes everything. */
export interface Wanted {
  user: string;
  text: string;
  outcome: string;
  /** Only the last so many minutes; 0 takes all. */
  minutes: number;
}

/** The same as the API asks it. */
export function queryOf(w: Wanted, now: number): { user?: string; text?: string; outcome?: string; since?: string } {
  return {
    ...(w.user.trim() && { user: w.user.trim() }),
    ...(w.text.trim() && { text: w.text.trim() }),
    ...(w.outcome && { outcome: w.outcome }),
    ...(w.minutes > 0 && { since: new Date(now - w.minutes * 60_000).toISOString() }),
  };
}

/** Where the browser finds it as a file. */
export function fileOf(w: Wanted, format: 'json' | 'csv', now: number): string {
  return `/api/v1/audit/file?${new URLSearchParams({ format, ...queryOf(w, now) })}`;
}

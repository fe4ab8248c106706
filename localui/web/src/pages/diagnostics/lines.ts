import { useEffect, useState } from 'react';
import { api, dataOf, type LogEntry, sentence } from '../../api/client';

export interface Filter {
  unit: string;
  priority: string;
  text: string;
  /** Only the last so many minutes; 0 takes the latest lines of whatever age. */
  minutes: number;
}

/** How many lines the page keeps. */
export const kept = 2000;
const firstLines = 500;
const everyMillis = 2000;

/** The newest lines at the end, not more than are kept. */
export function append(old: LogEntry[], more: LogEntry[]): LogEntry[] {
  return more.length === 0 ? old : [...old, ...more].slice(-kept);
}

/** The entries that match, and while live those that come. */
export function useLines(filter: Filter, live: boolean) {
  const [entries, setEntries] = useState<LogEntry[]>();
  const [error, setError] = useState('');
  const { unit, priority, text, minutes } = filter;
  useEffect(() => {
    let gone = false;
    let after = '';
    let timer: ReturnType<typeof setTimeout> | undefined;
    setEntries(undefined);
    const since = minutes > 0 ? new Date(Date.now() - minutes * 60_000).toISOString() : undefined;
    const more = async () => {
      try {
        const query = { unit, priority: priority || undefined, text: text || undefined, since, lines: after ? 1000 : firstLines, after: after || undefined };
        const page = await dataOf(api.GET('/diag/logs', { params: { query } }));
        if (gone) return;
        after = page.cursor ?? after;
        setEntries((old) => append(old ?? [], page.entries ?? []));
        setError('');
      } catch (e) {
        if (!gone) setError(sentence(e));
      }
      if (!gone && live) timer = setTimeout(() => void more(), everyMillis);
    };
    timer = setTimeout(() => void more(), text ? 400 : 0); // while one types, wait for the end of the word
    return () => {
      gone = true;
      clearTimeout(timer);
    };
  }, [unit, priority, text, minutes, live]);
  return { entries, error };
}

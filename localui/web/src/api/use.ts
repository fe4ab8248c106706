import { useCallback, useEffect, useRef, useState } from 'react';
import { sentence } from './client';

/** Loads something, again every `everyMillis` when given and on reload(). Keeps the last answer while a new one is under way. */
export function useLoad<T>(load: () => Promise<T>, everyMillis = 0) {
  const [data, setData] = useState<T>();
  const [error, setError] = useState('');
  const latest = useRef(load);
  latest.current = load;
  const alive = useRef(true);
  const reload = useCallback(async () => {
    try {
      const next = await latest.current();
      if (!alive.current) return;
      setData(next);
      setError('');
    } catch (e) {
      if (alive.current) setError(sentence(e));
    }
  }, []);
  useEffect(() => {
    alive.current = true;
    void reload();
    const timer = everyMillis ? setInterval(() => void reload(), everyMillis) : undefined;
    return () => {
      alive.current = false;
      clearInterval(timer);
    };
  }, [reload, everyMillis]);
  return { data, error, reload };
}

/** Runs what a button asks for: busy while it runs, the reason when it was refused. */
export function useAction<A extends unknown[]>(run: (...args: A) => Promise<unknown>) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState('');
  const start = async (...args: A): Promise<boolean> => {
    setBusy(true);
    setError('');
    try {
      await run(...args);
      return true;
    } catch (e) {
      setError(sentence(e));
      return false;
    } finally {
      setBusy(false);
    }
  };
  return { busy, error, start, clear: () => setError('') };
}

/** The time, every second: for countdowns. */
export function useNow(): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  return now;
}

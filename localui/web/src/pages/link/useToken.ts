import { useCallback, useEffect, useState } from 'react';
import { api, dataOf, Problem, sentence } from '../../api/client';
import { useAction } from '../../api/use';

export interface Token {
  token: string;
  expiresAt: string;
}

/** The link token of now, renewed before one's eyes: asked again every two seconds while tokens are generated. */
export function useToken(mayHave: boolean) {
  const [value, setValue] = useState<Token>();
  const [lost, setLost] = useState('');
  const look = useCallback(async () => {
    try {
      setValue(await dataOf(api.GET('/link/token')));
      setLost('');
    } catch (e) {
      if (e instanceof Problem && e.status === 404) setValue(undefined);
      else setLost(sentence(e));
    }
  }, []);
  const on = value !== undefined;
  useEffect(() => {
    if (mayHave) void look();
  }, [mayHave, look]);
  useEffect(() => {
    if (!on) return undefined;
    const timer = setInterval(() => void look(), 2000);
    return () => clearInterval(timer);
  }, [on, look]);
  const begin = useAction(async () => setValue(await dataOf(api.POST('/link/token'))));
  const stop = useAction(async () => {
    await api.DELETE('/link/token');
    setValue(undefined);
  });
  return { value, busy: begin.busy || stop.busy, error: begin.error || stop.error || lost, generate: begin.start, stop: stop.start };
}

import { useCallback, useEffect, useRef, useState } from 'react';
import { api, dataOf, Problem, sentence, type ClusterDraft } from '../../api/client';
import type { Draft } from './draft';

const keepMillis = 1000;

/** The draft that the host has; undefined when there is none. */
export async function keptByHost(): Promise<ClusterDraft | undefined> {
  try {
    return await dataOf(api.GET('/cluster-draft'));
  } catch (e) {
    if (e instanceof Problem && e.status === 404) return undefined;
    throw e;
  }
}

// What the host has, if anything, with the secrets that it was not given: they outlive the page, not the tab.
let own: { spec?: string; draft: Draft } | undefined;

/** This tab's own answers, when they are what the host has. */
export function ownOf(kept?: ClusterDraft): Draft | undefined {
  return own && own.spec === kept?.spec ? own.draft : undefined;
}

/** Keeps the draft on the host a moment after each change. */
export function useKeep(draft: Draft, spec: string, begun?: ClusterDraft) {
  const [saved, setSaved] = useState(begun);
  const [error, setError] = useState('');
  const waiting = useRef<{ spec: string; draft: Draft }>(undefined);
  const known = useRef<string | undefined>(spec);
  const onHost = useRef(begun?.spec);
  const save = useCallback(async () => {
    const next = waiting.current;
    waiting.current = undefined;
    if (!next) return;
    try {
      const answer = await dataOf(api.PUT('/cluster-draft', { body: { spec: next.spec } }));
      onHost.current = next.spec;
      own = next;
      setSaved(answer);
      setError('');
    } catch (e) {
      setError(sentence(e));
    }
  }, []);
  useEffect(() => {
    if (known.current === undefined) known.current = spec; // the first after one that was given up
    if (spec === known.current) {
      own = { spec: onHost.current, draft }; // only a secret changed, if anything
      return undefined;
    }
    known.current = spec;
    waiting.current = { spec, draft };
    const timer = setTimeout(() => void save(), keepMillis);
    return () => clearTimeout(timer);
  }, [spec, draft, save]);
  useEffect(() => () => void save(), [save]);
  const forget = useCallback(() => {
    waiting.current = undefined;
    known.current = undefined;
    onHost.current = undefined;
    own = undefined;
    setSaved(undefined);
  }, []);
  return { saved, error, forget };
}

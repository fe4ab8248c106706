import { useEffect, useState } from 'react';
import { sentence } from './client';

const settleMillis = 300;

/** Asks the host about what is being typed, a moment after the last key; `seen` is of the text of now or of one before. */
export function usePreview<T>(asked: string, ask: (asked: string) => Promise<T>) {
  const [answer, setAnswer] = useState<{ asked: string; seen: T }>();
  const [error, setError] = useState('');
  useEffect(() => {
    let current = true;
    const timer = setTimeout(() => {
      ask(asked).then(
        (seen) => current && (setAnswer({ asked, seen }), setError('')),
        (e: unknown) => current && setError(sentence(e)),
      );
    }, settleMillis);
    return () => {
      current = false;
      clearTimeout(timer);
    };
    // ask is made anew with every drawing and always the same
  }, [asked]); // eslint-disable-line
  return { seen: answer?.seen, fresh: answer?.asked === asked, error };
}

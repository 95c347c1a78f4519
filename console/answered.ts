/** What the server answers to a page: asked when it is opened, and again while it is looked at. */

import { useEffect, useState } from 'preact/hooks';
import { get } from './server.ts';

export interface Answered<T> {
  readonly answer: T | undefined;
  /** Why there is none, or why it is not the newest. */
  readonly failure: string;
  /** Asks again at once. */
  readonly again: () => void;
}

/** `everyMs` 0 asks once; an undefined path asks nothing. */
export function useAnswer<T>(
  path: string | undefined,
  parameters: Readonly<Record<string, string>> = {},
  everyMs = 0,
): Answered<T> {
  const [answer, setAnswer] = useState<T>();
  const [failure, setFailure] = useState('');
  const [round, setRound] = useState(0);
  const key = JSON.stringify(parameters);
  useEffect(() => {
    setAnswer(undefined);
    setFailure('');
  }, [path, key]);
  useEffect(() => {
    if (path === undefined) return;
    const gone = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const ask = async () => {
      try {
        // Nobody looks: the server has better things to do.
        if (!document.hidden) setAnswer(await get<T>(path, parameters, gone.signal));
        setFailure('');
      } catch (error) {
        if (gone.signal.aborted) return;
        setFailure((error as Error).message);
      }
      if (everyMs > 0 && !gone.signal.aborted) timer = setTimeout(ask, everyMs);
    };
    void ask();
    return () => {
      gone.abort();
      clearTimeout(timer);
    };
  }, [path, key, round, everyMs]);
  return { answer, failure, again: () => setRound((before) => before + 1) };
}

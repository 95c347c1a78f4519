/** Decisions as they are made: the browser reconnects by itself and says where it has stopped. */

import type { Missed } from '../src/admin/api/answers.ts';
import type { DecisionRecord } from '../src/observe/decision-filter.ts';
import { checkSession, urlOf } from './server.ts';

export interface LiveEvents {
  decided(records: readonly DecisionRecord[]): void;
  missed(missed: Missed): void;
  /** Whether the stream is there. */
  state(isConnected: boolean): void;
}

/** Milliseconds in which records are shown together. */
const FRAME_MS = 200;
/** A connection that the browser has given up is opened again after this time. */
const AGAIN_MS = 3000;

/** Follows decisions until the function returned is called. */
export function followDecisions(
  filter: Readonly<Record<string, string>>,
  events: LiveEvents,
): () => void {
  let waiting: DecisionRecord[] = [];
  let source: EventSource | undefined;
  let again: ReturnType<typeof setTimeout> | undefined;
  const show = setInterval(() => {
    if (waiting.length === 0) return;
    events.decided(waiting);
    waiting = [];
  }, FRAME_MS);
  const open = () => {
    const opened = new EventSource(urlOf('decisions/stream', filter));
    source = opened;
    opened.onopen = () => events.state(true);
    opened.onerror = () => {
      events.state(false);
      if (opened.readyState !== EventSource.CLOSED) return;
      // The browser does not say why: perhaps the session has ended.
      checkSession();
      again = setTimeout(open, AGAIN_MS);
    };
    opened.onmessage = ({ data }) => waiting.push(JSON.parse(data));
    opened.addEventListener('missed', ({ data }) => events.missed(JSON.parse(data)));
  };
  open();
  return () => {
    clearInterval(show);
    clearTimeout(again);
    source?.close();
  };
}

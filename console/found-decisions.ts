/** Decisions of the log and of the live stream, together: each of them once, the latest first. */

import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { DecisionsPage, Missed, Names, Source } from '../src/admin/api/answers.ts';
import type { DecisionRecord } from '../src/observe/decision-filter.ts';
import { followDecisions } from './live.ts';
import { get, ServerError } from './server.ts';
import { shownCount, shownTime } from './shown.ts';

/** Rows that stay on the page while others come. */
const ROWS = 500;
const PAGE = '50';

type Filter = Readonly<Record<string, string>>;
type Decisions = readonly DecisionRecord[];

export interface Found {
  readonly decisions: Decisions;
  readonly names: Names;
  /** How the stream is. */
  readonly notice: string;
  /** How far the search has come. */
  readonly words: string;
  /** Whether all has been searched. */
  readonly isOver: boolean;
  /** Searches on; absent while it is searching, and when all has been searched. */
  readonly more: (() => void) | undefined;
  /** Ends the search that is going on; absent when there is none. */
  readonly stop: (() => void) | undefined;
  /** Where they were looked for; undefined until something was found, or could not be. */
  readonly source: Source | undefined;
}

/** The parameters of a search for its first page. */
export function firstPageOf(filter: Filter): Filter {
  return { ...filter, limit: PAGE };
}

/** Status when ClickHouse does not answer. */
const BAD_GATEWAY = 502;

export function useDecisions(filter: Filter, isLive: boolean): Found {
  const [decisions, setDecisions] = useState<Decisions>([]);
  const [names, setNames] = useState<Names>({});
  const take = (page: DecisionsPage) => {
    setNames((before) => ({ ...before, ...page.names }));
    setDecisions((before) => merged(before, page.decisions));
  };
  const { words, more, stop, isFound, isOver, source } = useSearch(filter, take);
  const add = (found: Decisions) => setDecisions((before) => merged(before, found).slice(0, ROWS));
  // What cannot be searched cannot be followed either: then the search has the words.
  const notice = useLive(filter, isLive && isFound, {
    add,
    catchUp: async (since = decisions[0]?.time) => {
      const page = await get<DecisionsPage>('decisions', {
        ...filter,
        ...(since !== undefined && { since }),
        // The stream has those of this server, and so has its log, at once.
        from: 'log',
        limit: String(ROWS),
      });
      take(page);
      return page.decisions.length;
    },
  });
  const paused = 'Paused: what is made now is read when you go on.';
  const notices = isLive ? notice : paused;
  return { decisions, names, notice: notices, words, more, stop, isOver, source };
}

const IDENTITIES = new WeakMap<DecisionRecord, string>();

/** Equal for the same record, however it came. */
export function identityOf(decision: DecisionRecord): string {
  const known = IDENTITIES.get(decision) ?? JSON.stringify(decision);
  IDENTITIES.set(decision, known);
  return known;
}

function merged(before: Decisions, found: Decisions): Decisions {
  const known = new Set(before.map(identityOf));
  const added = found.filter((decision) => !known.has(identityOf(decision)));
  if (added.length === 0) return before;
  const all = [...added.toReversed(), ...before];
  return all.sort((a, b) => (a.time < b.time ? 1 : a.time > b.time ? -1 : 0));
}

/** The pages up to the first that has something, from a cursor on. */
async function* pagesFrom(filter: Filter, from: string | undefined, signal: AbortSignal) {
  let at = from;
  do {
    const parameters = { ...firstPageOf(filter), ...(at !== undefined && { cursor: at }) };
    const page = await get<DecisionsPage>('decisions', parameters, signal);
    yield page;
    if (page.decisions.length > 0) return;
    at = page.next;
  } while (at !== undefined);
}

/** Pages of the log; a search that finds nothing goes on by itself, until it is stopped. */
function useSearch(filter: Filter, take: (page: DecisionsPage) => void) {
  const [words, setWords] = useState('Searching…');
  const [left, setLeft] = useState<{ readonly from: string | undefined }>();
  const [isFound, setFound] = useState(false);
  const [source, setSource] = useState<Source>();
  const [isOver, setOver] = useState(false);
  const [isSearching, setSearching] = useState(true);
  const control = useRef<AbortController | undefined>(undefined);
  const search = async (from: string | undefined): Promise<void> => {
    control.current = new AbortController();
    const { signal } = control.current;
    setLeft(undefined);
    setSearching(true);
    setOver(false);
    let at = from;
    let progress = '';
    try {
      for await (const page of pagesFrom(filter, from, signal)) {
        take(page);
        setFound(true);
        setSource(page.source);
        progress = progressOf(page);
        setWords(progress);
        at = page.next;
      }
      if (at !== undefined) setLeft({ from: at });
      setOver(at === undefined);
    } catch (error) {
      if (signal.aborted) setLeft({ from: at });
      setWords(signal.aborted ? `Stopped. ${progress}` : (error as Error).message);
      setSource((before) => sourceOf(error) ?? before);
    }
    setSearching(false);
  };
  const stop = () => control.current?.abort();
  // Before the next frame: the first rows are waited for.
  useLayoutEffect(() => {
    void search(undefined);
    return stop;
  }, []);
  return {
    words,
    isFound,
    isOver,
    source,
    more: left && (() => void search(left.from)),
    stop: isSearching ? stop : undefined,
  };
}

/** Where it was looked for in vain. */
function sourceOf(error: unknown): Source | undefined {
  return error instanceof ServerError && error.status === BAD_GATEWAY ? 'clickhouse' : undefined;
}

function progressOf({ next, searched, total, source }: DecisionsPage): string {
  if (source === 'memory') return 'The log goes to stdout: only the latest decisions are here.';
  const percent = Math.floor((searched / Math.max(total, 1)) * 100);
  if (source === 'clickhouse') {
    if (next === undefined) return 'All that is in ClickHouse has been searched.';
    return `${percent} % of the time that ClickHouse covers has been searched.`;
  }
  if (next === undefined) return 'All of the log has been searched.';
  return `${percent} % of the log has been searched.`;
}

interface LiveOptions {
  readonly add: (decisions: Decisions) => void;
  /** Reads what was made since a time from the log; resolves to how many there are. */
  readonly catchUp: (since: string | undefined) => Promise<number>;
}

function useLive(filter: Filter, isLive: boolean, { add, catchUp }: LiveOptions): string {
  const [notice, setNotice] = useState('');
  // When the stream was last known to be there.
  const lost = useRef<string | undefined>(undefined);
  const read = async (since: string | undefined) => {
    try {
      const count = await catchUp(since);
      if (since === undefined) return setNotice('Live.');
      setNotice(
        `Live again. The stream was away since ${shownTime(since)} UTC: ${shownCount(count)} decisions were made meanwhile, and are here.`,
      );
      lost.current = undefined;
    } catch (error) {
      setNotice((error as Error).message);
    }
  };
  useEffect(() => {
    if (!isLive) return;
    setNotice('Connecting…');
    const { since: _since, until: _until, from: _from, ...followed } = filter;
    const stop = followDecisions(followed, {
      decided: add,
      state: (isConnected) => {
        if (isConnected) return void read(lost.current);
        lost.current ??= new Date().toISOString();
        setNotice(
          `The server does not answer since ${shownTime(lost.current)} UTC; trying again. Nothing is lost: it will be read from the log.`,
        );
      },
      missed: (missed: Missed) => {
        if (missed.since !== undefined) return void read(missed.since);
        setNotice(missedWords(missed));
      },
    });
    return () => {
      lost.current = new Date().toISOString();
      stop();
    };
  }, [isLive]);
  return notice;
}

function missedWords({ count }: Missed): string {
  const many = count === undefined ? 'Some' : shownCount(count);
  return `Live. ${many} decisions came too quickly to be shown; a search has all of them.`;
}

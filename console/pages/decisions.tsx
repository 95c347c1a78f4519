import { useEffect, useRef, useState } from 'preact/hooks';
import type { DecisionsPage, Missed } from '../../src/api/answers.ts';
import { outcomeOf } from '../../src/api/plain-words.ts';
import type { DecisionRecord } from '../../src/observe/decision-filter.ts';
import { DecisionDetails } from '../decision-details.tsx';
import { DecisionFilter, filterOf } from '../decision-filter.tsx';
import { followDecisions } from '../live.ts';
import { get } from '../server.ts';

/** Rows that stay on the page. */
const ROWS = 500;

type Parameters = Readonly<Record<string, string>>;

/** Live, and searched back into the log. */
export function Decisions({ parameters }: { readonly parameters: Parameters }) {
  const filter = filterOf(parameters);
  const key = JSON.stringify(filter);
  const [decisions, setDecisions] = useState<readonly DecisionRecord[]>([]);
  const [open, setOpen] = useState<DecisionRecord>();
  const [isLive, setLive] = useState(filter['until'] === undefined && filter['ref'] === undefined);
  const search = useSearch(filter, key, setDecisions);
  const notice = useLive({ filter, key, isLive, restart: search.restart }, (found) =>
    setDecisions((before) => [...found.toReversed(), ...before].slice(0, ROWS)),
  );
  return (
    <>
      <h1>Decisions</h1>
      <DecisionFilter key={key} parameters={parameters} />
      <p class="toolbar">
        <button type="button" aria-pressed={isLive} onClick={() => setLive(!isLive)}>
          {isLive ? 'Pause' : 'Go on live'}
        </button>
        <span role="status">{notice}</span>
      </p>
      <table>
        <thead>
          <tr>
            <th scope="col">Time (UTC)</th>
            <th scope="col">Client</th>
            <th scope="col">Name</th>
            <th scope="col">What happened</th>
            <th scope="col">By</th>
          </tr>
        </thead>
        <tbody>
          {decisions.map((decision) => (
            <Row
              key={rowKey(decision)}
              decision={decision}
              isOpen={decision === open || decision.ref === parameters['ref']}
              toggle={() => setOpen(decision === open ? undefined : decision)}
            />
          ))}
        </tbody>
      </table>
      <p role="status">{search.words}</p>
      {search.more !== undefined && (
        <p>
          <button type="button" onClick={search.more}>
            Show older ones
          </button>
        </p>
      )}
    </>
  );
}

interface RowProps {
  readonly decision: DecisionRecord;
  readonly isOpen: boolean;
  readonly toggle: () => void;
}

function Row({ decision, isOpen, toggle }: RowProps) {
  const { time, client, group, qname, qtype, layer, rule, event } = decision;
  return (
    <>
      <tr class={`event-${event}`}>
        <td>
          <button type="button" class="open" aria-expanded={isOpen} onClick={toggle}>
            <time dateTime={time}>{time.slice(5, 19).replace('T', ' ')}</time>
          </button>
        </td>
        <td>
          {client}
          {group !== undefined && <small> {group}</small>}
        </td>
        <td class="name">
          {qname} <small>{qtype}</small>
        </td>
        <td>{outcomeOf(decision)}</td>
        <td>
          {layer} <small>{rule?.id}</small>
        </td>
      </tr>
      {isOpen && (
        <tr>
          <td colSpan={5}>
            <DecisionDetails decision={decision} />
          </td>
        </tr>
      )}
    </>
  );
}

let keys = 0;
const KEYS = new WeakMap<DecisionRecord, number>();

function rowKey(decision: DecisionRecord): number {
  const known = KEYS.get(decision) ?? ++keys;
  KEYS.set(decision, known);
  return known;
}

/** Pages of the log, until there are enough rows; a search that finds nothing goes on by itself. */
function useSearch(
  filter: Parameters,
  key: string,
  show: (change: (before: readonly DecisionRecord[]) => readonly DecisionRecord[]) => void,
) {
  const [words, setWords] = useState('');
  const [next, setNext] = useState<string>();
  const [round, setRound] = useState(0);
  const stop = useRef<AbortController | undefined>(undefined);
  const search = async (cursor: string | undefined): Promise<void> => {
    const control = new AbortController();
    stop.current?.abort();
    stop.current = control;
    setNext(undefined);
    try {
      let at = cursor;
      do {
        const parameters = { ...filter, limit: '50', ...(at !== undefined && { cursor: at }) };
        const page = await get<DecisionsPage>('decisions', parameters, control.signal);
        show((before) => [...before, ...page.decisions]);
        setWords(progressOf(page));
        at = page.next;
        if (page.decisions.length > 0) break;
      } while (at !== undefined);
      setNext(at);
    } catch (error) {
      if (!control.signal.aborted) setWords((error as Error).message);
    }
  };
  useEffect(() => {
    show(() => []);
    void search(undefined);
    return () => stop.current?.abort();
  }, [key, round]);
  const more = next === undefined ? undefined : () => void search(next);
  return { words, more, restart: () => setRound((before) => before + 1) };
}

function progressOf({ next, searched, total, source }: DecisionsPage): string {
  if (source === 'memory') return 'The log goes to stdout: only the latest decisions are here.';
  if (next === undefined) return 'All of the log has been searched.';
  return `${Math.floor((searched / Math.max(total, 1)) * 100)} % of the log has been searched.`;
}

interface LiveOptions {
  readonly filter: Parameters;
  readonly key: string;
  readonly isLive: boolean;
  /** Searches again: what was missed stands in the log. */
  readonly restart: () => void;
}

function useLive(
  { filter, key, isLive, restart }: LiveOptions,
  add: (decisions: readonly DecisionRecord[]) => void,
): string {
  const [notice, setNotice] = useState('');
  useEffect(() => {
    if (!isLive) return setNotice('Paused.');
    setNotice('Connecting…');
    const { since: _since, until: _until, ...followed } = filter;
    return followDecisions(followed, {
      decided: add,
      state: (isConnected) =>
        setNotice(isConnected ? 'Live.' : 'The server does not answer; trying again…'),
      missed: (missed: Missed) => {
        setNotice(missedWords(missed));
        if (missed.why === 'restart') restart();
      },
    });
  }, [key, isLive]);
  return notice;
}

function missedWords({ why, count, since }: Missed): string {
  if (why === 'restart') {
    return `The connection was lost${since === undefined ? '' : ` at ${since}`}; what was missed has been read from the log.`;
  }
  return `${count ?? 'Some'} decisions came too quickly to be shown; the search has all of them.`;
}

import { useEffect, useState } from 'preact/hooks';
import type { Names, Source } from '../../src/admin/api/answers.ts';
import { placeOf } from '../../src/admin/api/plain-words.ts';
import type { DecisionRecord } from '../../src/observe/decision-filter.ts';
import { useClientNames } from '../client-names.ts';
import { DecisionDetails } from '../decision-details.tsx';
import { DecisionFilter, filterOf } from '../decision-filter.tsx';
import { EventMark } from '../event-mark.tsx';
import { identityOf, useDecisions } from '../found-decisions.ts';
import { linkTo } from '../location.ts';
import type { PageProps } from '../main.tsx';
import { shownTime } from '../shown.ts';

const NOTHING = 'No decision is like that. ';
/** Rows that are shown first, about a screenful: the others come when these are to be seen. */
const FIRST_ROWS = 20;
const COLUMNS = ['Time (UTC)', 'Client', 'Name', 'What happened', 'Layer', 'By'];

/** Live, and searched back into the log. */
export function Decisions({ parameters }: PageProps) {
  const filter = filterOf(parameters);
  const key = JSON.stringify(filter);
  return (
    <>
      <DecisionFilter key={key} parameters={parameters} />
      <Found key={`found ${key}`} filter={filter} />
    </>
  );
}

function Found({ filter }: { readonly filter: Readonly<Record<string, string>> }) {
  // What has ended gets no more decisions.
  const canFollow = filter['until'] === undefined && filter['ref'] === undefined;
  const [isLive, setLive] = useState(canFollow);
  const [open, setOpen] = useState<string>();
  const { decisions, names, notice, words, more, stop, isOver, source } = useDecisions(
    filter,
    isLive,
  );
  const allNames = useClientNames(decisions, names);
  const [isFirst, setFirst] = useState(true);
  useEffect(() => setFirst(decisions.length === 0), [decisions.length === 0]);
  return (
    <>
      <p class="toolbar">
        {canFollow && (
          <button type="button" aria-pressed={isLive} onClick={() => setLive(!isLive)}>
            {isLive ? 'Pause' : 'Go on live'}
          </button>
        )}
        <span role="status" class={isLive ? 'live' : undefined}>
          {notice}
        </span>
      </p>
      <Servers filter={filter} source={source} />
      <table class="decisions">
        <caption class="unseen">Decisions, the latest first</caption>
        <thead>
          <tr>
            {COLUMNS.map((column) => (
              <th scope="col">{column}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {decisions.slice(0, isFirst ? FIRST_ROWS : undefined).map((decision) => {
            const identity = identityOf(decision);
            const isMeant = filter['ref'] !== undefined && decision.ref === filter['ref'];
            const isOpen = open === undefined ? isMeant : identity === open;
            return (
              <Row
                key={identity}
                decision={decision}
                names={allNames}
                showsNode={source === 'clickhouse'}
                isOpen={isOpen}
                toggle={() => setOpen(isOpen ? '' : identity)}
              />
            );
          })}
        </tbody>
      </table>
      <p role="status" class="nothing">
        {decisions.length === 0 && isOver && NOTHING}
        {words}
      </p>
      {more !== undefined && (
        <button type="button" onClick={more}>
          Show older ones
        </button>
      )}
      {stop !== undefined && (
        <button type="button" onClick={stop}>
          Stop searching
        </button>
      )}
    </>
  );
}

interface ServersProps {
  readonly filter: Readonly<Record<string, string>>;
  readonly source: Source | undefined;
}

/** Whose decisions these are, where those of all servers are kept together. */
function Servers({ filter, source }: ServersProps) {
  const { from: _, ...others } = filter;
  if (source === 'clickhouse') {
    return (
      <p>
        Of all servers, from ClickHouse; what is made now is of this server alone.{' '}
        <a href={linkTo('decisions', { ...others, from: 'log' })}>Show this server alone</a>
      </p>
    );
  }
  if (filter['from'] === undefined) return null;
  return (
    <p>
      Of this server alone. <a href={linkTo('decisions', others)}>Show all servers</a>
    </p>
  );
}

interface RowProps {
  readonly decision: DecisionRecord;
  readonly names: Names;
  readonly showsNode: boolean;
  readonly isOpen: boolean;
  readonly toggle: () => void;
}

function Row({ decision, names, showsNode, isOpen, toggle }: RowProps) {
  const { node, time, client = '', group, qname, qtype, layer, rule } = decision;
  const about = [names[client], group].filter((part) => part !== undefined).join(', ');
  const place = placeOf(decision);
  return (
    <>
      <tr class={isOpen ? 'open' : undefined}>
        <td>
          <button type="button" class="open" aria-expanded={isOpen} onClick={toggle}>
            <time dateTime={time}>{shownTime(time)}</time>
            <span class="unseen"> {qname}</span>
          </button>
          {showsNode && <small> {node}</small>}
        </td>
        <td>
          {client} {about !== '' && <small>{about}</small>}
        </td>
        <td class="name">
          {qname} <small>{qtype}</small>
        </td>
        <td>
          <EventMark decision={decision} />
        </td>
        <td>{layer}</td>
        <td>
          {rule?.id} {place !== undefined && <small>{place}</small>}
        </td>
      </tr>
      {isOpen && (
        <tr class="opened">
          <td colSpan={COLUMNS.length}>
            <DecisionDetails decision={decision} />
          </td>
        </tr>
      )}
    </>
  );
}

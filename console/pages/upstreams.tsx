import type { Upstreams as Answer } from '../../src/admin/api/answers.ts';
import { plainWords } from '../../src/admin/api/plain-words.ts';
import type { DecisionRecord } from '../../src/observe/decision-filter.ts';
import { useAnswer } from '../answered.ts';
import { linkTo } from '../location.ts';
import { shownTime } from '../shown.ts';
import { Table } from '../table.tsx';
import { UpstreamTable } from '../upstream-table.tsx';

const EVERY_MS = 10_000;

/** The servers behind this one: who refused us, since when, and with what evidence. */
export function Upstreams() {
  const { answer, failure } = useAnswer<Answer>('upstreams', {}, EVERY_MS);
  if (answer === undefined) return <p role="status">{failure || 'Asking the server…'}</p>;
  const histories = historiesOf(answer.refusals);
  return (
    <>
      <p role="status">{failure}</p>
      <UpstreamTable groups={answer.groups} />
      <h2>Who refuses us</h2>
      <Table
        caption={`Among the latest ${answer.refusals.length} decisions of upstreams`}
        columns={['Server', 'Cause', 'About', 'Refusals', 'First (UTC)', 'Last (UTC)', 'Evidence']}
        numbers={[3]}
        rows={histories.map(({ first, last, count }) => [
          <a
            href={linkTo('decisions', {
              layer: 'upstream',
              upstream: last.upstream?.address ?? '',
            })}
          >
            {last.upstream?.address}
          </a>,
          `${last.upstream?.verdict} (${last.upstream?.confidence} confidence)`,
          last.upstream?.scope,
          count,
          shownTime(first.time),
          shownTime(last.time),
          <a href={linkTo('decisions', { ref: last.ref ?? '' })}>{evidenceOf(last)}</a>,
        ])}
        empty="No upstream has refused anything lately."
      />
    </>
  );
}

interface VerdictHistory {
  first: DecisionRecord;
  readonly last: DecisionRecord;
  count: number;
}

/** One for each server and cause; decisions come with the latest first. */
function historiesOf(refusals: readonly DecisionRecord[]): readonly VerdictHistory[] {
  const found = new Map<string, VerdictHistory>();
  for (const decision of refusals) {
    const { upstream, count = 1 } = decision;
    if (upstream?.verdict === undefined) continue;
    const key = JSON.stringify([upstream.address, upstream.verdict, upstream.scope]);
    const known = found.get(key);
    if (known === undefined) found.set(key, { first: decision, last: decision, count });
    else {
      known.first = decision;
      known.count += count;
    }
  }
  return [...found.values()];
}

function evidenceOf(decision: DecisionRecord): string {
  const { evidence } = decision.upstream as { readonly evidence?: string };
  return evidence ?? plainWords(decision).join(' ');
}

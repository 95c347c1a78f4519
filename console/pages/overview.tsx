import type { Overview as Answer, Counts, Report, Span } from '../../src/admin/api/answers.ts';
import { useAnswer } from '../answered.ts';
import { Chart, type Line, MOST_LINES } from '../chart.tsx';
import { go, linkTo } from '../location.ts';
import type { PageProps } from '../main.tsx';
import { PauseList } from '../pauses.tsx';
import { shownAge, shownCount, shownRate, shownShare, shownTime } from '../shown.ts';
import { Table } from '../table.tsx';
import { UpstreamTable } from '../upstream-table.tsx';

const EVERY_MS = 5000;
/** Counting goes through the log: seldom. */
const REPORT_EVERY_MS = 30_000;
const BY = ['layers', 'groups', 'rules', 'upstreams'] as const;
type By = (typeof BY)[number];
const WORDS: Readonly<Record<By, string>> = {
  layers: 'layer',
  groups: 'group of clients',
  rules: 'rule',
  upstreams: 'upstream',
};

/** How it goes: of the last hour, and of the server's life. */
export function Overview({ parameters }: PageProps) {
  const { answer, failure } = useAnswer<Answer>('overview', {}, EVERY_MS);
  // Of this server, as all that is on this page.
  const what = { event: 'refused', by: 'client,name', since: '1h', from: 'log' };
  const top = { ...what, top: '8', most: '200000' };
  const report = useAnswer<Report>('report', top, REPORT_EVERY_MS);
  const by = BY.find((one) => one === parameters['by']) ?? 'layers';
  if (answer === undefined) return <p role="status">{failure || 'Asking the server…'}</p>;
  const spans = wholeSpans(answer.spans);
  return (
    <>
      <p role="status">{failure}</p>
      <State answer={answer} />
      <Tiles answer={answer} />
      <div class="panels">
        <Chart title="Queries a second" times={timesOf(spans)} lines={trafficOf(spans)} />
        <Chart
          title={`Refusals a second by ${WORDS[by]}`}
          control={<Choice by={by} />}
          times={timesOf(spans)}
          lines={refusalsBy(spans, by)}
        />
      </div>
      <div class="panels">
        <Top report={report.answer} failure={report.failure} by="client" words="clients" />
        <Top report={report.answer} failure={report.failure} by="name" words="names" />
      </div>
      <div class="panels">
        <SincePolicy answer={answer} />
        <section>
          <h2>Rules in shadow mode</h2>
          <CountTable
            counts={answer.totals.shadow}
            caption="What they would have done since the start"
            of="Policy and action"
            empty="None of them has matched."
          />
        </section>
      </div>
      <h2>Upstreams</h2>
      <UpstreamTable groups={answer.upstreams} />
    </>
  );
}

/** The last span has just begun: what nobody could ask yet is no silence. */
function wholeSpans(spans: Answer['spans']): Answer['spans'] {
  return spans.length > 1 ? spans.slice(0, -1) : spans;
}

function Choice({ by }: { readonly by: By }) {
  return (
    <select
      aria-label="Refusals by"
      value={by}
      onChange={({ currentTarget }) => go('overview', { by: currentTarget.value })}
    >
      {BY.map((one) => (
        <option value={one}>by {WORDS[one]}</option>
      ))}
    </select>
  );
}

function State({ answer }: { readonly answer: Answer }) {
  const { node, version, policy, startedAt, ready, warnings, log, pauses, lastReload } = answer;
  return (
    <>
      <p class="state">
        <b class={ready ? 'good' : 'bad'}>{ready ? '✓ Ready' : '! Not ready'}</b>
        <span>{node}</span>
        <span>rcode5 {version}</span>
        <span>
          policy <code>{policy}</code>
        </span>
        <span>up {shownAge(Date.now() - Date.parse(startedAt))}</span>
      </p>
      {warnings.map((warning) => (
        <p class="warning">{warning}</p>
      ))}
      {log.failure !== undefined && (
        <p class="warning">
          {log.lost} records could not be written: {log.failure}
        </p>
      )}
      {lastReload?.ok === false && (
        <p class="warning">
          The last reload was not taken over: <a href={linkTo('policy')}>see why</a>.
        </p>
      )}
      <PauseList pauses={pauses} />
    </>
  );
}

function Tiles({ answer }: { readonly answer: Answer }) {
  const { spans, totals, cache, log, inFlight } = answer;
  const now = spans.length > 1 ? spans.at(-2)! : spans.at(-1)!;
  const hits = totals.cacheHits;
  const tiles = [
    [
      'Queries a second',
      shownRate(now.queries / now.seconds),
      `${shownCount(totals.queries)} in all`,
    ],
    [
      'Refused a second',
      shownRate(now.refused / now.seconds),
      `${shownCount(totals.refused)} in all`,
    ],
    ['Refused', shownShare(totals.refused, totals.queries), 'of all queries'],
    [
      'From the cache',
      shownShare(hits, hits + totals.cacheMisses),
      `${shownCount(cache.entries)} entries, ${shownCount(cache.evictions)} evicted`,
    ],
    ['Waiting', shownCount(inFlight), 'for upstreams'],
    ['Records lost', shownCount(totals.lost), `of ${shownCount(log.records + totals.lost)}`],
  ];
  return (
    <dl class="tiles">
      {tiles.map(([name, value, more]) => (
        <div>
          <dt>{name}</dt>
          <dd>
            <b>{value}</b> <small>{more}</small>
          </dd>
        </div>
      ))}
    </dl>
  );
}

interface TopProps {
  readonly report: Report | undefined;
  readonly failure: string;
  readonly by: 'client' | 'name';
  readonly words: string;
}

function Top({ report, failure, by, words }: TopProps) {
  return (
    <section>
      <h2>Most refused {words}</h2>
      {report === undefined ? (
        <p role="status">{failure || 'Counting…'}</p>
      ) : (
        <Table
          caption={report.isCut ? 'Among the latest decisions' : 'In the last hour'}
          columns={[by === 'client' ? 'Client' : 'Name', 'Refusals', 'Last (UTC)']}
          numbers={[1]}
          rows={(report.by[by]?.rows ?? []).map((row) => {
            const value = row[by] ?? '';
            const name = report.names[value];
            return [
              <a href={linkTo('decisions', { event: 'refused', [by]: value })}>
                {value} {name !== undefined && <small>{name}</small>}
              </a>,
              shownCount(row.count),
              shownTime(row.last),
            ];
          })}
          empty="Nobody was refused."
        />
      )}
    </section>
  );
}

function SincePolicy({ answer }: { readonly answer: Answer }) {
  const { at, rules, newRules } = answer.sincePolicy;
  return (
    <section>
      <h2>Since the policy was loaded</h2>
      <Table
        caption={`Refusals by rule since ${shownTime(at)} UTC`}
        columns={['Rule', 'Refusals', 'Before']}
        numbers={[1]}
        rows={byCount(rules).map(([rule, count]) => [
          <a href={linkTo('decisions', { rule })}>{rule}</a>,
          shownCount(count),
          newRules.includes(rule) ? 'none: it is new' : '',
        ])}
        empty="No rule has refused anything."
      />
    </section>
  );
}

interface CountTableProps {
  readonly counts: Counts;
  readonly caption: string;
  readonly of: string;
  readonly empty: string;
}

function CountTable({ counts, caption, of, empty }: CountTableProps) {
  return (
    <Table
      caption={caption}
      columns={[of, 'Queries']}
      numbers={[1]}
      rows={byCount(counts).map(([key, count]) => [key, shownCount(count)])}
      empty={empty}
    />
  );
}

function byCount(counts: Counts): [string, number][] {
  return Object.entries(counts).sort(([, a], [, b]) => b - a);
}

function timesOf(spans: readonly Span[]): readonly number[] {
  return spans.map(({ at }) => at);
}

function rateOf({ seconds }: Span, count: number | undefined): number {
  return seconds < 1 ? 0 : (count ?? 0) / seconds;
}

function trafficOf(spans: readonly Span[]): Line[] {
  const line = (label: string, count: (span: Span) => number) => ({
    label,
    values: spans.map((span) => rateOf(span, count(span))),
  });
  return [
    line('queries', ({ queries }) => queries),
    line('refused', ({ refused }) => refused),
    line('from the cache', ({ cacheHits }) => cacheHits),
  ];
}

/** One line for each of those with most, and one for all others. */
function refusalsBy(spans: readonly Span[], by: By): Line[] {
  const sums: Record<string, number> = {};
  for (const span of spans) {
    for (const [key, count] of Object.entries(span[by])) sums[key] = (sums[key] ?? 0) + count;
  }
  const keys = byCount(sums).map(([key]) => key);
  const shown = keys.length > MOST_LINES ? keys.slice(0, MOST_LINES - 1) : keys;
  const lines = shown.map((key) => ({
    label: key === '' ? 'none' : key,
    values: spans.map((span) => rateOf(span, span[by][key])),
  }));
  const others = keys.slice(shown.length);
  if (others.length === 0)
    return lines.length > 0 ? lines : [{ label: 'none', values: spans.map(() => 0) }];
  const rest = (span: Span) => others.reduce((sum, key) => sum + (span[by][key] ?? 0), 0);
  return [...lines, { label: 'others', values: spans.map((span) => rateOf(span, rest(span))) }];
}

import { expect } from 'chai';
import fc from 'fast-check';
import { type AnswerText, writeAnswer } from './answer-text.ts';
import { anyOctets } from './arbitraries.ts';
import { readMessage } from './message-text.ts';
import { type QueryText, writeQuery } from './query-text.ts';
import { type SentQuestion, Stage } from './stage.ts';

const CONFIG = `
acl: { query: { 10.0.0.0/8: allow, 10.9.0.0/16: drop }, update: { 10.0.0.1: allow } }
policies: [{ name: house, rules: { bad.example: refuse, silent.example: drop } }]
upstreams:
  default: { servers: [192.0.2.1, 192.0.2.2, "tcp://192.0.2.3"], timeout: 100ms, attempts: 2 }
  corp: { servers: [192.0.2.1], strategy: fastest, timeout: 300ms, attempts: 1 }
routes: { example: default, corp.example: corp }
`;

/** Longer than any query takes: three servers, asked twice. */
const LONG_MS = 1000;

const anyQuery: fc.Arbitrary<QueryText> = fc.record({
  name: fc.constantFrom('a.example', 'b.example', 'corp.example', 'bad.example', 'org', '.'),
  type: fc.constantFrom('A', 'MX', 'ANY'),
  client: fc.constantFrom('10.0.0.1', '10.0.0.2', '10.9.0.1', '192.0.2.77'),
  transport: fc.constantFrom('udp' as const, 'tcp' as const),
  opcode: fc.constantFrom('QUERY', 'QUERY', 'QUERY', 'UPDATE', 'STATUS'),
  flags: fc.constantFrom('rd', '', 'rd cd'),
  signed: fc.boolean(),
  edns: fc.constantFrom(false as const, {}, { do: true }),
});

const anyAnswer: fc.Arbitrary<AnswerText> = fc.record({
  rcode: fc.constantFrom('NOERROR', 'NXDOMAIN', 'SERVFAIL', 'REFUSED', 'FORMERR', 'BADCOOKIE'),
  answer: fc.constantFrom([], ['a.example. 60 A 192.0.2.80']),
  edns: fc.boolean(),
  wrongId: fc.constantFrom(false, false, true),
  cut: fc.constantFrom(0, 0, 0, 1),
});

type Event =
  | { readonly does: 'query'; readonly query: QueryText }
  | { readonly does: 'answer'; readonly answer: AnswerText; readonly which: number }
  | { readonly does: 'octets'; readonly octets: Uint8Array; readonly which: number }
  | { readonly does: 'fail'; readonly which: number }
  | { readonly does: 'wait'; readonly time: number };

const which = fc.nat(7);
const anyEvent: fc.Arbitrary<Event> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ does: fc.constant('query' as const), query: anyQuery }) },
  {
    weight: 4,
    arbitrary: fc.record({ does: fc.constant('answer' as const), answer: anyAnswer, which }),
  },
  fc.record({ does: fc.constant('octets' as const), octets: anyOctets, which }),
  fc.record({ does: fc.constant('fail' as const), which }),
  fc.record({ does: fc.constant('wait' as const), time: fc.constantFrom(25, 100, 300) }),
);

/** Has the events happen; the answers go to one of the last questions. Returns the queries. */
function happen(stage: Stage, events: readonly Event[]): number {
  let queries = 0;
  for (const event of events) {
    if (event.does === 'query') ask(stage, event.query, ++queries);
    else if (event.does === 'wait') stage.wait(event.time);
    else {
      const question = stage.asked.at(-1 - event.which);
      if (question !== undefined) answer(stage, event, question);
    }
  }
  stage.wait(LONG_MS);
  return queries;
}

function ask(stage: Stage, query: QueryText, id: number): void {
  const { client = '', transport = 'udp' } = query;
  stage.query(writeQuery(query, id), { address: client, port: 40_000, transport });
}

function answer(
  stage: Stage,
  event: Exclude<Event, { does: 'query' | 'wait' }>,
  question: SentQuestion,
): void {
  if (event.does === 'fail') return stage.fail(question, event.which === 0 ? undefined : 'refused');
  const octets =
    event.does === 'answer'
      ? writeAnswer(event.answer, question.octets)
      : Uint8Array.from(event.octets);
  if (event.does === 'octets') octets.set(question.octets.subarray(0, 2));
  stage.answer(octets, question);
}

/** Begins anew, but for what the engine remembers. */
function forget(stage: Stage): void {
  for (const list of [stage.replies, stage.asked, stage.records]) list.length = 0;
  stage.dropped = 0;
}

const RCODE_OF: Readonly<Record<string, string>> = { refused: 'REFUSED', failed: 'SERVFAIL' };

describe('engine', () => {
  let stage: Stage;
  beforeEach(() => {
    stage = new Stage(CONFIG, { capacity: 3 });
  });
  afterEach(() => stage.close());

  it('ends every query once, whatever upstreams do', () => {
    fc.assert(
      fc.property(fc.array(anyEvent, { maxLength: 30 }), (events) => {
        forget(stage);
        const queries = happen(stage, events);
        expect(stage.engine.inFlight).to.equal(0);
        expect(stage.replies.length + stage.dropped).to.equal(queries);
        expect(stage.records).to.have.length(queries);
        const ids = stage.records.map((record) => record['id']);
        expect(new Set(ids).size).to.equal(queries);
      }),
      { numRuns: 150 },
    );
  });

  it('refuses by REFUSED alone, and fails by SERVFAIL alone', () => {
    fc.assert(
      fc.property(fc.array(anyEvent, { maxLength: 30 }), (events) => {
        forget(stage);
        happen(stage, events);
        for (const { event, rcode, layer } of stage.records) {
          const expected = RCODE_OF[String(event)];
          if (expected !== undefined) expect(rcode).to.equal(expected);
          if (layer === 'overload') expect(event).to.equal('failed');
          if (rcode === 'REFUSED') expect(event).to.equal('refused');
        }
      }),
      { numRuns: 50 },
    );
  });

  it('takes any octets from a client, and answers what is a query', () => {
    const client = { address: '10.0.0.1', port: 40_000, transport: 'udp' as const };
    fc.assert(
      fc.property(anyOctets, (octets) => {
        forget(stage);
        stage.query(octets, client);
        stage.wait(LONG_MS);
        const isQuery = octets.length >= 12 && octets[2]! < 0x80;
        expect(stage.records).to.have.length(isQuery ? 1 : 0);
        for (const { octets: reply } of stage.replies) {
          expect(readMessage(reply).id).to.equal(octets[0]! * 256 + octets[1]!);
        }
      }),
    );
  });

  it('asks under IDs that are all different while it waits', () => {
    for (let i = 0; i < 3; i++) {
      const query = { name: `${i}.example`, client: '10.0.0.1' };
      stage.query(writeQuery(query, i), { address: '10.0.0.1', port: 1, transport: 'udp' });
    }
    const ids = stage.asked.map(({ octets }) => octets[0]! * 256 + octets[1]!);
    expect(new Set(ids).size).to.equal(3);
    expect(stage.engine.inFlight).to.equal(3);
    stage.wait(LONG_MS);
    expect(stage.engine.inFlight).to.equal(0);
  });
});

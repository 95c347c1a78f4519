import { expect } from 'chai';
import fc from 'fast-check';
import { type AnswerText, writeAnswer } from '../world/answer-text.ts';
import { anyOctets } from '../world/arbitraries.ts';
import { readMessage } from '../world/message-text.ts';
import { type QueryText, writeQuery } from '../world/query-text.ts';
import { type SentQuestion, Stage } from '../world/stage.ts';

const CONFIG = `
acl: { query: { 10.0.0.0/8: allow, 10.9.0.0/16: drop }, update: { 10.0.0.1: allow } }
policies:
  - { name: house, rules: { bad.example: refuse, silent.example: drop } }
  - { name: first, rpz: first.rpz, breakDnssec: true }
  - { name: second, rpz: second.rpz }
  - { name: trial, rpz: first.rpz, mode: shadow }
upstreams:
  default: { servers: [192.0.2.1, 192.0.2.2, "tcp://192.0.2.3"], timeout: 100ms, attempts: 2 }
  corp: { servers: [192.0.2.1], strategy: fastest, timeout: 300ms, attempts: 1 }
routes: { example: default, corp.example: corp }
`;

/** Every trigger and action, so that answers and what aliases lead to are judged. */
const ZONES = {
  'first.rpz': `
@ 60 SOA a. b. 7 1 1 1 1
32.3.0.0.10.rpz-client-ip CNAME walled.example.
24.0.2.0.192.rpz-ip       CNAME .
32.66.2.0.192.rpz-ip      A 198.51.100.66
32.67.2.0.192.rpz-ip      CNAME garden.example.
48.zz.bad.db8.2001.rpz-ip CNAME rpz-drop.
target.example            CNAME *.
`,
  'second.rpz': `
first. 60 SOA a. b. 7 1 1 1 1
*.wild.example.first.  60 CNAME *.garden.example.
alias.example.first.   60 CNAME walled.example.
refused.example.first. 60 CNAME rpz-tcp-only.
walled.example.first.  60 CNAME .
`,
};

/** Longer than any query takes: three servers, asked twice, and once more for an alias. */
const LONG_MS = 2000;

const anyQuery: fc.Arbitrary<QueryText> = fc.record({
  name: fc.constantFrom(
    ...['a.example', 'b.example', 'corp.example', 'bad.example', 'org', '.', 'alias.example'],
    ...['x.wild.example', 'refused.example', `${'w'.repeat(60)}.`.repeat(4).concat('wild.example')],
  ),
  type: fc.constantFrom('A', 'MX', 'ANY'),
  client: fc.constantFrom('10.0.0.1', '10.0.0.3', '10.9.0.1', '192.0.2.77'),
  transport: fc.constantFrom('udp' as const, 'tcp' as const),
  opcode: fc.constantFrom('QUERY', 'QUERY', 'QUERY', 'UPDATE', 'STATUS'),
  flags: fc.constantFrom('rd', '', 'rd cd'),
  signed: fc.boolean(),
  edns: fc.constantFrom(false as const, {}, { do: true }),
});

const WHOLE = [
  ...['A 192.0.2.80', 'A 192.0.2.66', 'A 192.0.2.67', 'AAAA 2001:db8:bad::1', 'A 203.0.113.1'],
  ...['CNAME a.example.', 'CNAME b.example.', 'CNAME target.example.', 'CNAME y.wild.example.'],
  ...['CNAME alias.example.', 'TXT "no address"'],
];
/** Too few octets, a pointer to nowhere, a name of none. */
const BROKEN = ['A \\# 2 c000', 'CNAME \\# 2 ffff', 'CNAME \\# 0', 'SOA \\# 1 00', 'RRSIG \\# 0'];

const anyRecord = (data: readonly string[]) =>
  fc
    .tuple(
      fc.constantFrom('a.example.', 'a.example.', 'b.example.', 'x.wild.example.', 'org.'),
      fc.constantFrom(...data),
    )
    .map(([owner, rest]) => `${owner} 60 ${rest}`);

const anyAnswerOf = (data: readonly string[]): fc.Arbitrary<AnswerText> =>
  fc
    .tuple(anyAnswer, fc.array(anyRecord(data), { maxLength: 5 }), fc.nat(3))
    .map(([parts, answer, n]) => ({ ...parts, answer, ...(n === 0 && { question: 'none' }) }));

const anyAnswer: fc.Arbitrary<AnswerText> = fc.record({
  rcode: fc.constantFrom('NOERROR', 'NXDOMAIN', 'SERVFAIL', 'REFUSED', 'FORMERR', 'BADCOOKIE'),
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
const anyQueryEvent = fc.record({ does: fc.constant('query' as const), query: anyQuery });
const anyAnswerEvent = (data: readonly string[]) =>
  fc.record({ does: fc.constant('answer' as const), answer: anyAnswerOf(data), which });

const anyEvent: fc.Arbitrary<Event> = fc.oneof(
  { weight: 4, arbitrary: anyQueryEvent },
  { weight: 4, arbitrary: anyAnswerEvent([...WHOLE, ...BROKEN]) },
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
    stage = new Stage(CONFIG, { capacity: 3, files: ZONES });
  });
  afterEach(() => stage?.close());

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

  it('tells a whole message, whatever policy says to an answer', () => {
    const seen = new Set<unknown>();
    const anyAnswers = fc.array(
      anyAnswerOf(WHOLE).map((parts) => ({ ...parts, wrongId: false, cut: 0 })),
      { minLength: 1, maxLength: 3 },
    );
    fc.assert(
      fc.property(anyQuery, anyAnswers, (query, answers) => {
        forget(stage);
        ask(stage, { ...query, opcode: 'QUERY', flags: 'rd', signed: false }, 1);
        for (const parts of answers) {
          const question = stage.asked.pop();
          if (question !== undefined) stage.answer(writeAnswer(parts, question.octets), question);
        }
        stage.wait(LONG_MS);
        const [{ trigger, match, qname, action } = {}] = stage.records;
        seen
          .add(match !== undefined && match !== qname ? `${trigger} behind` : trigger)
          .add(action);
        for (const { octets } of stage.replies) expect(() => readMessage(octets)).not.to.throw();
      }),
      // The same ones each time: these are known to bring all that must be seen.
      { numRuns: 1500, seed: 1 },
    );
    const behind = ['qname behind', 'client-ip behind', 'response-ip behind'];
    expect(seen).to.include.all.keys('qname', ...behind);
    expect(seen).to.include.all.keys('nxdomain', 'answer', 'forward');
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

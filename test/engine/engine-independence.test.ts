/** A query is answered and recorded as if there had never been another one. */

import { expect } from 'chai';
import fc from 'fast-check';
import { type AnswerText, writeAnswer } from '../world/answer-text.ts';
import { readMessage } from '../world/message-text.ts';
import { type QueryText, writeQuery } from '../world/query-text.ts';
import { type SentQuestion, Stage } from '../world/stage.ts';
import type { WrittenRecord } from '../world/written-record.ts';

const CONFIG = `
cache: { entries: 0 }
acl:
  query: { 10.0.0.0/8: allow, 10.66.0.0/16: refuse, 10.67.0.0/16: { action: refuse, mode: shadow } }
upstreams: { default: { servers: [192.0.2.1], attempts: 1 } }
policies:
  - { name: first, rpz: first.rpz }
  - { name: trial, rpz: trial.rpz, mode: shadow }
  - { name: second, rpz: second.rpz }
views:
  plain: { clients: [10.1.0.0/16], policies: [second] }
  bare: { clients: ["10.2.0.0/16", "2001:db8::/32"], policies: [], acl: { query: { 0.0.0.0/0: allow, "::/0": allow } } }
`;

const SOA = '@ 60 SOA a. b. 7 1 1 1 1\n';
const FILES = {
  'first.rpz': `${SOA}
32.9.0.0.10.rpz-client-ip CNAME *.garden.example.
24.0.2.0.192.rpz-ip CNAME *.
32.66.2.0.192.rpz-ip CNAME *.pen.example.
`,
  'trial.rpz': `${SOA}
32.8.0.0.10.rpz-client-ip CNAME .
*.example CNAME .
32.77.2.0.192.rpz-ip CNAME rpz-drop.
`,
  'second.rpz': `${SOA}
*.wild.example CNAME *.garden.example.
target.example CNAME .
local.example A 198.51.100.1
passed.example CNAME rpz-passthru.
silent.example CNAME rpz-drop.
big.example CNAME rpz-tcp-only.
`,
};

/** What upstreams say, by the name asked. */
const ANSWERS: Readonly<Record<string, AnswerText>> = {
  'refused.example.': { rcode: 'REFUSED' },
  'failed.example.': { rcode: 'SERVFAIL' },
  'cut.wild.example.garden.example.': { flags: 'qr tc rd ra' },
  'gone.wild.example.garden.example.': { rcode: 'REFUSED' },
  'way.example.': {
    answer: ['way.example. 60 CNAME target.example.', 'target.example. 60 A 192.0.2.1'],
  },
  'other.example.': {
    answer: ['other.example. 60 CNAME a.wild.example.', 'a.wild.example. 60 A 203.0.113.1'],
  },
  'address.example.': { answer: ['address.example. 60 A 192.0.2.9'] },
  'pen.example.': { answer: ['pen.example. 60 A 192.0.2.66'] },
  'quiet.example.': { answer: ['quiet.example. 60 A 192.0.2.77'] },
};

const anyQuery: fc.Arbitrary<QueryText> = fc.record({
  name: fc.constantFrom(
    ...['plain.test', 'target.example', 'local.example', 'silent.example', 'big.example'],
    ...['refused.example', 'failed.example', 'way.example', 'other.example', 'address.example'],
    ...['pen.example', 'quiet.example', 'a.wild.example', 'cut.wild.example', 'gone.wild.example'],
    ...['passed.example', 'www.passed.example'],
  ),
  type: fc.constantFrom('A', 'A', 'A', 'MX', 'CNAME'),
  client: fc.constantFrom(
    ...['10.0.0.1', '10.0.0.8', '10.0.0.9', '10.66.0.1', '10.67.0.1', '10.1.0.1', '10.2.0.1'],
    ...['2001:db8::1', '192.0.2.1'],
  ),
  transport: fc.constantFrom('udp' as const, 'tcp' as const),
  flags: fc.constantFrom('rd', 'rd', 'rd', '', 'rd cd', 'rd ad'),
  edns: fc.constantFrom(false as const, {}, { do: true }),
});

/** A query comes, or one of the questions that wait for an answer gets it. */
type Event = { readonly query: QueryText } | { readonly answer: number };
const anyEvent: fc.Arbitrary<Event> = fc.oneof(
  fc.record({ query: anyQuery }),
  fc.record({ answer: fc.nat(7) }),
);

/** What a query has come to. */
interface Ending {
  replies: unknown[];
  records: Partial<WrittenRecord>[];
}

function answer(stage: Stage, { octets, ...from }: SentQuestion): void {
  const [name] = readMessage(octets).question!.split(' ');
  stage.answer(writeAnswer(ANSWERS[name!] ?? {}, octets), { ...from });
}

/**
 * Without what differs from time to time; why upstreams refuse is inferred from earlier answers,
 * and whether an address is a NAT from earlier queries.
 */
function asEver(record: WrittenRecord): Partial<WrittenRecord> {
  const { ref: _ref, id: _id, upstream: _upstream, attempts: _attempts, hint, ...rest } = record;
  return { ...rest, hint: String(hint).replace(/(?:; )?asks in .*$/, '') };
}

/** Has the events happen; what came of each query, by its ID. */
function happen(stage: Stage, events: readonly Event[]): Ending[] {
  const endings: Ending[] = [];
  for (const event of events) {
    if ('query' in event) {
      const id = endings.push({ replies: [], records: [] });
      const { client = '', transport = 'udp' } = event.query;
      stage.query(writeQuery(event.query, id), { address: client, port: 40_000, transport });
    } else {
      const [question] = stage.asked.splice(event.answer % Math.max(stage.asked.length, 1), 1);
      if (question !== undefined) answer(stage, question);
    }
  }
  for (let left = stage.asked.shift(); left; left = stage.asked.shift()) answer(stage, left);
  for (const record of [...stage.records, ...stage.shadows]) {
    endings[(record['id'] as number) - 1]!.records.push(asEver(record));
  }
  for (const { octets } of stage.replies) {
    const { id, ...reply } = readMessage(octets);
    endings[id - 1]!.replies.push({
      ...reply,
      edns: { ...reply.edns, ede: codes(reply.edns?.ede) },
    });
  }
  return endings;
}

function codes(errors: readonly string[] = []): string[] {
  return errors.map((error) => error.split(' ')[0]!);
}

describe('engine, one query after the other', () => {
  it('knows nothing of another query', () => {
    const stage = () => new Stage(`${CONFIG}ede: full\n`, { files: FILES, capacity: 64 });
    fc.assert(
      fc.property(fc.array(anyEvent, { minLength: 2, maxLength: 24 }), (events) => {
        const together = stage();
        const endings = happen(together, events);
        together.close();
        const queries = events.filter((event) => 'query' in event);
        for (const [i, query] of queries.entries()) {
          const alone = stage();
          const [ending] = happen(alone, [query]);
          alone.close();
          expect(endings[i]).to.deep.equal(ending);
          const final = endings[i]!.records.filter(({ event }) => event !== 'shadow');
          expect(final).to.have.length(1);
        }
      }),
      { numRuns: 15 },
    );
  });
});

import { expect } from 'chai';
import fc from 'fast-check';
import { type EdnsText, writeQuery } from '../world/query-text.ts';
import { Stage } from '../world/stage.ts';

const CONFIG = `
acl: { query: { 10.0.0.0/8: allow, 10.66.0.0/16: truncate } }
rateLimit: { queriesPerSecond: 1, burst: 1, action: refuse }
upstreams: { default: { servers: [192.0.2.1] } }
`;

/** An EDE option without text. */
const EDE_LENGTH = 6;

const hexadecimal = fc.uint8Array({ maxLength: 40 }).map((octets) => {
  return Buffer.from(octets).toString('hex');
});

/** What is asked for by NSID is not among the options. */
const anyEdns: fc.Arbitrary<false | EdnsText> = fc.oneof(
  fc.constant<false>(false),
  fc.record({
    payload: fc.constantFrom(0, 512, 1232, 65_535),
    version: fc.constantFrom(0, 0, 1),
    do: fc.boolean(),
    options: fc.dictionary(fc.constantFrom('8', '10', '15', '65001'), hexadecimal),
  }),
);

const anyQuery = fc.record({
  name: fc.constantFrom('.', 'a.example', 'www.Example.COM', `${'x'.repeat(63)}.example`),
  type: fc.constantFrom('A', 'ANY', 'AXFR', 'OPT', 'TYPE65280'),
  class: fc.constantFrom('IN', 'HS', 'ANY'),
  opcode: fc.constantFrom('QUERY', 'NOTIFY', 'UPDATE', 'STATUS'),
  flags: fc.constantFrom('', 'rd', 'rd ad cd'),
  edns: anyEdns,
  questions: fc.constantFrom(0, 1, 1, 1, 2),
  cut: fc.constantFrom(0, 0, 0, 1, 5),
});

describe('who is refused', () => {
  let stage: Stage;
  before(() => {
    stage = new Stage(CONFIG, { capacity: 2000 });
  });
  after(() => stage?.close());

  /** Of a client that may ask, only what the rate limit says is meant: others explain themselves. */
  const clients = [
    { what: 'by an access list', address: '192.0.2.7', layers: ['protocol', 'acl', 'rate-limit'] },
    { what: 'by the rate limit', address: '10.1.1.1', layers: ['rate-limit'] },
    { what: 'with TC', address: '10.66.0.1', layers: ['protocol', 'acl', 'rate-limit'] },
  ];
  for (const { what, address, layers } of clients) {
    it(`${what} is sent no more than it has sent, but for an EDE`, () => {
      let sent = 0;
      const ask = (query: Uint8Array, most: number) => {
        stage.replies.length = 0;
        stage.query(query, { address, port: 40_000, transport: 'udp' });
        const [reply] = stage.replies;
        if (reply === undefined || !layers.includes(String(stage.records.at(-1)!['layer']))) return;
        expect(reply.octets.length).to.be.at.most(most);
        sent++;
      };
      fc.assert(
        fc.property(anyQuery, (given) => {
          const query = writeQuery(given, 7);
          if (query.length < 12) return;
          const most = query.length + (given.edns ? EDE_LENGTH : 0);
          // What one query takes of the limits has come back by the next; the other is over them.
          stage.now += 1000;
          ask(query, most);
          ask(query, most);
        }),
        { numRuns: 500 },
      );
      expect(sent).to.be.above(10);
    });
  }
});

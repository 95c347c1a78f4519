import { expect } from 'chai';
import fc from 'fast-check';
import { writeAnswer } from '../world/answer-text.ts';
import { Flag, message, opt, question, TYPE } from '../world/messages.ts';
import { Stage } from '../world/stage.ts';

const CONFIG = `
upstreams: { default: { servers: [192.0.2.1, 192.0.2.2], timeout: 500ms, attempts: 2 } }
cache: { entries: 4, serveStale: 1h }
`;
const CLIENT = { transport: 'udp' } as const;
const CLIENTS = 3;
const NAMES = ['a.example', 'b.example', 'c.example'];
/** Longer than any query can take. */
const END_MS = 10_000;

/** What may happen: clients ask, upstreams answer any of the questions, or fail; time passes. */
const events = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant('query' as const), name: fc.constantFrom(...NAMES) }),
    fc.record({
      kind: fc.constant('answer' as const),
      which: fc.nat(100),
      rcode: fc.constantFrom('NOERROR', 'NXDOMAIN', 'SERVFAIL', 'REFUSED', 'FORMERR'),
      flags: fc.constantFrom('qr rd ra', 'qr rd', 'qr tc rd ra'),
      cut: fc.constantFrom(0, 0, 0, 3),
    }),
    fc.record({ kind: fc.constant('fail' as const), which: fc.nat(100) }),
    fc.record({
      kind: fc.constant('wait' as const),
      milliseconds: fc.constantFrom(25, 50, 500, 2000, 61_000),
    }),
  ),
  { maxLength: 60, size: 'max' },
);

type Happening = typeof events extends fc.Arbitrary<(infer E)[]> ? E : never;

/** Plays what happens, and then lets all queries end. Tells how many there were. */
function play(stage: Stage, list: readonly Happening[]): number {
  let queries = 0;
  for (const event of list) {
    if (event.kind === 'query') ask(stage, event.name, ++queries);
    else if (event.kind === 'wait') stage.wait(event.milliseconds);
    else happen(stage, event);
  }
  stage.wait(END_MS);
  return queries;
}

/** To one of the last questions that upstreams were asked, perhaps one that is answered already. */
function happen(
  stage: Stage,
  event: Exclude<Happening, { readonly kind: 'query' | 'wait' }>,
): void {
  const asked = stage.asked.at(-1 - (event.which % 4));
  if (asked === undefined) return;
  if (event.kind === 'fail') return stage.fail(asked, 'ECONNREFUSED');
  const { rcode, flags, cut } = event;
  const answer = rcode === 'NOERROR' ? ['x.example. 60 A 192.0.2.80'] : [];
  stage.answer(writeAnswer({ rcode, flags, cut, answer }, asked.octets), asked);
}

function ask(stage: Stage, name: string, id: number): void {
  const octets = message({
    id,
    flags: Flag.RD,
    questions: [question(name, TYPE.A)],
    additionals: [opt()],
  });
  const address = `127.0.0.${1 + (id % CLIENTS)}`;
  stage.query(octets, { ...CLIENT, address, port: 10_000 + id });
}

describe('forwarder, whatever happens', () => {
  it('answers every query once, and keeps none', () => {
    fc.assert(
      fc.property(events, (list) => {
        const stage = new Stage(CONFIG, { capacity: 4 });
        try {
          const queries = play(stage, list);
          const ids = stage.replies.map(({ octets }) => octets[0]! * 256 + octets[1]!);
          expect(ids.toSorted((a, b) => a - b)).to.deep.equal(
            Array.from({ length: queries }, (_, i) => i + 1),
          );
          expect(stage.engine.inFlight).to.equal(0);
        } finally {
          stage.close();
        }
      }),
      { numRuns: 150 },
    );
  });
});

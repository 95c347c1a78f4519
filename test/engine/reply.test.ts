import { expect } from 'chai';
import fc from 'fast-check';
import { LAYERS } from '../../src/decision/layers.ts';
import type { Outcome } from '../../src/decision/outcome.ts';
import { builtIn, type VerdictSpec, VerdictTable } from '../../src/decision/verdict.ts';
import { clampRcode, Replies } from '../../src/engine/reply.ts';
import type { Query } from '../../src/wire/query.ts';
import { asked } from '../world/asked.ts';
import { type MessageText, readMessage } from '../world/message-text.ts';
import { type Octets, opt, option, withRoom } from '../world/messages.ts';

function outcomeOf(spec: Partial<VerdictSpec>, ref = 'k3f9x-1'): Outcome {
  const verdict = new VerdictTable().add({
    layer: 'policy',
    action: 'refuse',
    rule: builtIn('some rule'),
    ede: 15,
    explained: true,
    ...spec,
  });
  const { rcode } = verdict;
  const upstream = {
    upstream: undefined,
    secured: undefined,
    rttMs: 0,
    refusal: undefined,
    attempts: [],
  };
  const policy = { aliases: undefined, resolved: undefined, inside: [] };
  return { verdict, origin: 'local', rcode, ref, group: -1, ...upstream, ...policy };
}

/** A query in a buffer that has room for the response. */
function roomy(additionals: readonly Octets[] = [opt()]): Query {
  const query = asked('www.example', { additionals });
  query.parse(withRoom(query.message.subarray(0, query.length), 1500), query.length);
  return query;
}

function reply(outcome: Outcome, query = roomy()): MessageText {
  const replies = new Replies();
  replies.writeVerdict(query, outcome);
  return readMessage(replies.octets.subarray(0, replies.length));
}

/** The text of the only error in a reply. */
function textOf({ edns }: MessageText): string {
  expect(edns!.ede).to.have.length(1);
  return edns!.ede[0]!.replace(/^15 /, '');
}

describe('reply', () => {
  it('tells layer, rule and ref in at most 120 octets', () => {
    const anyRule = fc.oneof(fc.string({ maxLength: 300 }), fc.string({ unit: 'grapheme' }));
    const anyRef = fc.stringMatching(/^[0-9a-z]{5}-[0-9a-z]{1,7}$/);
    fc.assert(
      fc.property(fc.constantFrom(...LAYERS), anyRule, anyRef, (layer, id, ref) => {
        const text = textOf(reply(outcomeOf({ layer, rule: builtIn(id) }, ref)));
        expect(Buffer.byteLength(text)).to.be.at.most(120);
        expect(text.startsWith(`${layer} `)).to.equal(true);
        expect(text.endsWith(` ref ${ref}`)).to.equal(true);
        const whole = `${layer} ${id} ref ${ref}`;
        if (Buffer.byteLength(whole) <= 120) expect(text).to.equal(whole);
        else expect(text).to.contain('...');
      }),
    );
  });

  const lengths: readonly (readonly [number, string])[] = [
    [101, 'x'.repeat(101)],
    [102, `${'x'.repeat(49)}...${'x'.repeat(49)}`],
    [300, `${'x'.repeat(49)}...${'x'.repeat(49)}`],
  ];
  for (const [length, shown] of lengths) {
    it(`tells a rule of ${length} octets as one of ${shown.length}`, () => {
      const outcome = outcomeOf({ rule: builtIn('x'.repeat(length)) });
      expect(textOf(reply(outcome))).to.equal(`policy ${shown} ref k3f9x-1`);
    });
  }

  it('cuts no character in two', () => {
    const text = textOf(reply(outcomeOf({ rule: builtIn('€'.repeat(60)) })));
    expect(text).to.equal(`policy ${'€'.repeat(16)}...${'€'.repeat(16)} ref k3f9x-1`);
  });

  describe('when there is little room', () => {
    /** A header, a question of 17 octets, a record without its data, an OPT record. */
    const fixed = 12 + 17 + 12 + 11;
    const text = 6 + 'policy some rule ref k3f9x-1'.length;
    const rooms: readonly (readonly [string, number, readonly string[]])[] = [
      ['the whole error', text, ['15 policy some rule ref k3f9x-1']],
      ['the code alone', text - 1, ['15']],
      ['the code alone, to the last octet', 6, ['15']],
      ['no error', 5, []],
    ];
    for (const [what, room, expected] of rooms) {
      it(`has ${what} with ${room} octets left`, () => {
        const rdata = new Uint8Array(512 - fixed - room);
        const records = [{ type: 1, ttl: 0, rdata }];
        const query = roomy([opt({ payload: 512 })]);
        const { edns, answer } = reply(outcomeOf({ action: 'answer', records }), query);
        expect(edns!.ede).to.deep.equal(expected);
        expect(answer).to.have.length(1);
      });
    }
  });

  it('tells who answers in at most 255 octets', () => {
    const replies = new Replies();
    replies.identify('n'.repeat(300), '3f2a9c11');
    const query = roomy([opt({ options: [option(3)] })]);
    replies.writeVerdict(query, outcomeOf({}));
    const { edns } = readMessage(replies.octets.subarray(0, replies.length));
    expect(edns!.nsid).to.equal(`${'n'.repeat(246)} 3f2a9c11`);
  });

  const rcodes: readonly (readonly [number, boolean, number])[] = [
    [5, false, 5],
    [15, false, 15],
    [16, false, 2],
    [16, true, 16],
    [23, true, 23],
  ];
  for (const [rcode, edns, expected] of rcodes) {
    it(`tells rcode ${rcode} as ${expected} ${edns ? 'with' : 'without'} an OPT record`, () => {
      expect(clampRcode(asked('www.example', { edns }), rcode)).to.equal(expected);
    });
  }
});

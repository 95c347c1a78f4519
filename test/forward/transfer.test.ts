import { expect } from 'chai';
import type { PendingQuery } from '../../src/forward/pending-query.ts';
import { restOf } from '../../src/forward/transfer.ts';
import { Answer } from '../../src/wire/answer.ts';
import { type AnswerText, writeAnswer } from '../world/answer-text.ts';
import { asked } from '../world/asked.ts';

const AXFR = 252;
const IXFR = 251;
const OLD = 'example.com. 60 SOA ns.example. host.example. 6 1 1 1 1';
const NEW = 'example.com. 60 SOA ns.example. host.example. 7 1 1 1 1';
const DATA = 'www.example.com. 60 A 192.0.2.1';

/** What may follow each of the messages, whose answer sections these are. */
function rests(type: number, messages: readonly (readonly string[])[]): string[] {
  const query = asked('example.com', { type, transport: 'tcp' });
  const pending = { serial: -1 } as PendingQuery;
  return messages.map((answer) => {
    const text: AnswerText = { answer };
    const octets = writeAnswer(text, query.message.subarray(0, query.length));
    const message = new Answer();
    message.parse(octets, octets.length);
    return restOf(pending, query, message);
  });
}

describe('forward/transfer', () => {
  const transfers = [
    { what: 'a zone in one message', type: AXFR, messages: [[NEW, DATA, NEW]], rest: ['none'] },
    {
      what: 'a zone in several',
      type: AXFR,
      messages: [[NEW, DATA], [DATA], [DATA, NEW]],
      rest: ['more', 'more', 'none'],
    },
    {
      what: 'a zone with a record for each message',
      type: AXFR,
      messages: [[NEW], [DATA], [NEW]],
      rest: ['more', 'more', 'none'],
    },
    { what: 'a zone that is cut', type: AXFR, messages: [[NEW, DATA]], rest: ['more'] },
    { what: 'a zone without an SOA', type: AXFR, messages: [[DATA]], rest: ['more'] },
    { what: 'no difference', type: IXFR, messages: [[NEW]], rest: ['perhaps'] },
    {
      what: 'a difference',
      type: IXFR,
      messages: [
        [NEW, OLD, DATA],
        [NEW, DATA],
        [DATA, NEW],
      ],
      rest: ['more', 'more', 'perhaps'],
    },
    {
      what: 'a difference that is cut where its additions begin',
      type: IXFR,
      messages: [
        [NEW, OLD, DATA, NEW],
        [DATA, NEW],
      ],
      rest: ['perhaps', 'perhaps'],
    },
  ];
  for (const { what, type, messages, rest } of transfers) {
    it(`finds the end of ${what} (${type === AXFR ? 'AXFR' : 'IXFR'})`, () => {
      expect(rests(type, messages)).to.deep.equal(rest);
    });
  }
});

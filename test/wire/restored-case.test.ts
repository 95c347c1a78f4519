import { expect } from 'chai';
import { Answer } from '../../src/wire/answer.ts';
import { restoreCase } from '../../src/wire/restored-case.ts';
import { asked } from '../world/asked.ts';
import {
  Flag,
  message,
  name,
  type Octets,
  octets,
  pointer,
  question,
  record,
  TO_QUESTION,
  TYPE,
} from '../world/messages.ts';

const ASKED = 'Www.Example.com';
const SENT = 'wWW.exaMPLE.cOm';
const ADDRESS = [192, 0, 2, 80];
/** `example.com` and `com` in the question. */
const AT_EXAMPLE = pointer(12 + 4);
const AT_COM = pointer(12 + 12);

function answerWith(owner: string, records: readonly Octets[]): Uint8Array {
  return message({ flags: Flag.QR, questions: [question(owner)], answers: records });
}

/** Owners as a server writes them, and as the client is sent them. */
const OWNERS: readonly { title: string; sent: Octets; restored: Octets }[] = [
  { title: 'a pointer', sent: TO_QUESTION, restored: TO_QUESTION },
  { title: 'the name asked', sent: name(SENT), restored: name(ASKED) },
  { title: 'its end', sent: name('exaMPLE.cOm'), restored: name('Example.com') },
  {
    title: 'its beginning before a pointer to the rest',
    sent: octets([3], Buffer.from('wWW'), AT_EXAMPLE),
    restored: octets([3], Buffer.from('Www'), AT_EXAMPLE),
  },
  {
    title: 'another name before such a pointer',
    sent: octets([2], Buffer.from('nS'), AT_COM),
    restored: octets([2], Buffer.from('nS'), AT_COM),
  },
  {
    title: 'a longer name',
    sent: name(`x.${SENT}`),
    restored: name(`x.${SENT}`),
  },
  {
    title: 'the name asked in the case of an earlier question',
    sent: name('wwW.exAMPLE.cOm'),
    restored: name(ASKED),
  },
  { title: 'the root', sent: name('.'), restored: name('.') },
];

describe('wire/restored-case', () => {
  for (const { title, sent, restored } of OWNERS) {
    it(`gives the question its case back beside ${title}`, () => {
      const last = record(TO_QUESTION, TYPE.A, ADDRESS);
      const octetsSent = answerWith(SENT, [record(sent, TYPE.A, ADDRESS), last]);
      const answer = new Answer();
      expect(answer.parse(octetsSent, octetsSent.length)).to.equal(true);
      restoreCase(answer, asked(ASKED));
      expect(octetsSent).to.deep.equal(
        answerWith(ASKED, [record(restored, TYPE.A, ADDRESS), last]),
      );
    });
  }
});

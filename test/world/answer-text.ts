/** Answers of upstreams as scenarios write them, to octets. */

import { EXTENDED_RCODES, RCODES, readMessage, toFlags } from './message-text.ts';
import { ede, message, octets, opt, option, question } from './messages.ts';
import { toClass, toType, writeRecord } from './record-text.ts';

/** An answer; what it leaves out is as a recursive resolver answers the question it was asked. */
export interface AnswerText {
  readonly rcode?: string;
  /** `qr rd ra` by default, RD as it was asked. */
  readonly flags?: string;
  /** `other.example. IN A` in place of what was asked; `none`. */
  readonly question?: string;
  readonly answer?: readonly string[];
  readonly authority?: readonly string[];
  readonly additional?: readonly string[];
  /** With an OPT record: by default when it was asked with one. */
  readonly edns?: boolean;
  /** Extended DNS Errors: `18`, or with a text `15 on a list`. */
  readonly ede?: readonly (string | number)[];
  /** Codes of other options. */
  readonly options?: readonly number[];
  /** Another ID than that of the question. */
  readonly wrongId?: boolean;
  /** Octets that are missing at its end. */
  readonly cut?: number;
}

/** The octets of an answer to the question in `asked`. */
export function writeAnswer(answer: AnswerText, asked: Uint8Array): Uint8Array {
  const { rcode = 'NOERROR', cut = 0, edns } = answer;
  const { id, opcode, flags, ...seen } = readMessage(asked);
  const code = EXTENDED_RCODES[rcode] ?? RCODES.indexOf(rcode);
  const hasOpt = edns ?? seen.edns !== undefined;
  const [owner, rrClass, type] = (answer.question ?? seen.question ?? 'none').split(' ');
  const write = (texts: readonly string[] = []) =>
    texts.map((text) => writeRecord(text, type === undefined ? undefined : owner));
  const whole = message({
    id: answer.wrongId ? id ^ 1 : id,
    opcode,
    flags: toFlags(answer.flags ?? (flags.includes('rd') ? 'qr rd ra' : 'qr ra')),
    rcode: code & 0x0f,
    questions: type === undefined ? [] : [question(owner!, toType(type), toClass(rrClass!))],
    answers: write(answer.answer),
    authorities: write(answer.authority),
    additionals: [
      ...write(answer.additional),
      ...(hasOpt ? [opt({ extendedRcode: code >> 4, options: optionsOf(answer) })] : []),
    ],
  });
  return whole.subarray(0, whole.length - cut);
}

function optionsOf({ ede: errors = [], options = [] }: AnswerText): Uint8Array[] {
  return [
    ...options.map((code) => option(code, octets([1, 2, 3, 4, 5, 6, 7, 8]))),
    ...errors.map((error) => {
      const [code, ...words] = String(error).split(' ');
      return ede(Number(code), words.join(' '));
    }),
  ];
}

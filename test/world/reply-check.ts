/** What holds for every reply to every query, read without the code under test. */

const HEADER_LENGTH = 12;
const OPT = 41;
/** Types of records that sign a message, and of questions for a transfer. */
const SIGNATURES: readonly number[] = [24, 250];
const TRANSFERS: readonly number[] = [251, 252];
/** UDP without EDNS (RFC 1035), and what the program is willing to send by UDP. */
const PLAIN = 512;
const MOST_UDP = 1232;
const MOST_TCP = 0xffff;
/** What a message without a readable question may be answered. */
const NO_QUESTION: readonly number[] = [1, 4];
const FORMERR = 1;

/** The parts of a message that a reply is held against. */
export interface Outline {
  readonly id: number;
  readonly isResponse: boolean;
  readonly opcode: number;
  /** With the upper bits that an OPT record has. */
  readonly rcode: number;
  /** The octets of the question; undefined when there is none. */
  readonly question: Uint8Array | undefined;
  /** The payload size of the OPT record; undefined when there is none. */
  readonly payload: number | undefined;
  readonly isSigned: boolean;
}

/** Reads a whole message; throws when it is malformed or longer than its records. */
export function outline(octets: Uint8Array): Outline {
  if (octets.length < HEADER_LENGTH) throw new Error('no whole header');
  const view = new DataView(octets.buffer, octets.byteOffset, octets.length);
  let at = HEADER_LENGTH;
  for (let left = view.getUint16(4); left > 0; left--) at = nameEnd(octets, at) + 4;
  const question = view.getUint16(4) > 0 ? octets.subarray(HEADER_LENGTH, at) : undefined;
  let payload: number | undefined;
  let extended = 0;
  let isSigned = false;
  const records = view.getUint16(6) + view.getUint16(8) + view.getUint16(10);
  for (let left = records; left > 0; left--) {
    at = nameEnd(octets, at);
    isSigned ||= SIGNATURES.includes(view.getUint16(at));
    if (view.getUint16(at) === OPT) {
      if (payload !== undefined) throw new Error('two OPT records');
      payload = view.getUint16(at + 2);
      extended = view.getUint8(at + 4);
    }
    at += 10 + view.getUint16(at + 8);
  }
  if (at > octets.length) throw new Error(`${at - octets.length} octets are missing`);
  if (at < octets.length) throw new Error(`${octets.length - at} octets behind the message`);
  return {
    id: view.getUint16(0),
    isResponse: view.getUint8(2) >= 0x80,
    opcode: (view.getUint8(2) >> 3) & 0x0f,
    rcode: extended * 16 + (view.getUint8(3) & 0x0f),
    question,
    payload,
    isSigned,
  };
}

/** Whether what an upstream says to it comes to the client as it is. */
function isVerbatim({ opcode, isSigned, question }: Outline): boolean {
  const type = question === undefined ? 0 : question.at(-4)! * 256 + question.at(-3)!;
  return opcode !== 0 || isSigned || TRANSFERS.includes(type);
}

/**
 * Where a name ends; throws when it does not. Pointers are not followed: where those of an
 * upstream's answer lead is passed on as it is.
 */
function nameEnd(octets: Uint8Array, start: number): number {
  for (let at = start; at < octets.length; ) {
    const label = octets[at]!;
    if (label >= 0xc0) return at + 2;
    if (label > 63) throw new Error(`the name at ${start} has an unknown label`);
    at += label + 1;
    if (at - start > 255) throw new Error(`the name at ${start} is too long`);
    if (label === 0) return at;
  }
  throw new Error(`the name at ${start} has no end`);
}

function outlineOf(octets: Uint8Array): Outline | undefined {
  try {
    return outline(octets);
  } catch {
    return undefined;
  }
}

/** Octets that a reply may have: those that the query says, within those that we send. */
function limitOf(query: Uint8Array, transport: string): number {
  if (transport !== 'udp') return MOST_TCP;
  const payload = outlineOf(query)?.payload ?? PLAIN;
  return Math.max(PLAIN, Math.min(payload, MOST_UDP));
}

/** What is wrong with a reply; undefined when nothing is. */
export function faultOf(
  query: Uint8Array,
  reply: Uint8Array,
  transport: string,
): string | undefined {
  if (query.length < HEADER_LENGTH) return 'an answer to less than a header';
  if (query[2]! >= 0x80) return 'an answer to a response';
  const limit = limitOf(query, transport);
  if (reply.length > limit) return `${reply.length} octets, and ${limit} are allowed`;
  let answer: Outline;
  try {
    answer = outline(reply);
  } catch (error) {
    return `the reply is malformed: ${(error as Error).message}`;
  }
  if (!answer.isResponse) return 'the reply is a query';
  if (answer.id !== query[0]! * 256 + query[1]!) return 'another ID';
  if (answer.opcode !== ((query[2]! >> 3) & 0x0f)) return 'another OPCODE';
  return questionFault(query, answer);
}

function questionFault(query: Uint8Array, { rcode, question }: Outline): string | undefined {
  const asked = query[4] === 0 && query[5] === 1 ? outlineOf(query) : undefined;
  if (asked?.question === undefined) {
    return NO_QUESTION.includes(rcode) ? undefined : 'neither FORMERR nor NOTIMP';
  }
  if (rcode === FORMERR) return undefined;
  const isAsItIs = isVerbatim(asked);
  if (question === undefined) return isAsItIs && rcode !== 0 ? undefined : 'no question';
  const isSame = textOf(question, isAsItIs) === textOf(asked.question, isAsItIs);
  return isSame ? undefined : 'another question';
}

function textOf(question: Uint8Array, inLowerCase: boolean): string {
  const text = Buffer.from(question).toString('latin1');
  return inLowerCase ? text.replace(/[A-Z]/g, (letter) => letter.toLowerCase()) : text;
}

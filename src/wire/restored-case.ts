/** The case of names in an answer to a question that was sent in another case than the client's. */

import type { Answer } from './answer.ts';
import { HEADER_LENGTH, readUint16 } from './header.ts';
import { LOWER, MAX_LABEL, MAX_POINTER } from './name.ts';
import type { Query } from './query.ts';
import { RecordCursor } from './records.ts';

/** QTYPE and QCLASS, and the root label before them. */
const BEHIND_LABELS = 5;

const records = new RecordCursor();

/**
 * Gives the question, and the owners that repeat it or its end, the case that the client wrote.
 * Owners that point to the question follow it. Those that are written out may have the case of an
 * earlier question: BIND's cache keeps it. Both have the same question.
 */
export function restoreCase(answer: Answer, query: Query): void {
  const { message, length, hasPlainOwner } = answer;
  if (hasPlainOwner) {
    records.start(message, length);
    while (records.next()) restoreOwner(message, records.ownerAt, query);
  }
  const asked = query.message;
  for (let i = HEADER_LENGTH; i < query.questionEnd; i++) message[i] = asked[i]!;
}

function restoreOwner(message: Uint8Array, ownerAt: number, query: Query): void {
  const rootAt = query.questionEnd - BEHIND_LABELS;
  let end = ownerAt;
  while (message[end]! > 0 && message[end]! <= MAX_LABEL) end += message[end]! + 1;
  const tailAt = message[end] === 0 ? rootAt : readUint16(message, end) & MAX_POINTER;
  const from = tailAt - (end - ownerAt);
  if (from < HEADER_LENGTH || tailAt > rootAt) return;
  for (let i = ownerAt; i < end; i++) {
    if (LOWER[message[i]!] !== query.name[from + i - ownerAt - HEADER_LENGTH]) return;
  }
  for (let i = ownerAt; i < end; i++) message[i] = query.message[from + i - ownerAt]!;
}

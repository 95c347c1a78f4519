/** What scenarios say of messages and records, held against what was sent. */

import { expect } from 'chai';
import { canonical, type MessageText, readMessage } from './message-text.ts';

/** What a message must be like; what is left out may be anything. */
export interface Expected extends Partial<Pick<MessageText, 'rcode' | 'flags' | 'question'>> {
  readonly answer?: readonly string[];
  readonly authority?: readonly string[];
  readonly additional?: readonly string[];
  readonly ede?: readonly (string | number)[];
  readonly edns?: false | Readonly<Record<string, unknown>>;
  /** Octets of the whole message at most. */
  readonly atMost?: number;
}

/** Holds a message against what it must be like. */
export function checkMessage(octets: Uint8Array, expected: Expected): void {
  const seen = readMessage(octets);
  const { atMost, ede, edns, ...rest } = expected;
  const { answer, authority, additional, ...words } = rest;
  expectPart(seen, words, 'message');
  for (const [section, texts] of Object.entries({ answer, authority, additional })) {
    if (texts === undefined) continue;
    const records = seen[section as 'answer' | 'authority' | 'additional'];
    expect(records, section).to.deep.equal(texts.map(canonical));
  }
  if (ede !== undefined) expect(seen.edns?.ede ?? [], 'EDE').to.deep.equal(ede.map(String));
  if (edns === false) expect(seen.edns, 'OPT record').to.equal(undefined);
  else if (edns !== undefined) expectPart(seen.edns, edns, 'OPT record');
  if (atMost !== undefined) expect(octets.length, 'octets').to.be.at.most(atMost);
}

/** Every part of `expected` is there; null stands for what must not be. */
export function expectPart(seen: unknown, expected: unknown, where: string): void {
  if (expected === null) {
    expect(seen, where).to.equal(undefined);
  } else if (typeof expected !== 'object') {
    expect(seen, where).to.equal(expected);
  } else if (Array.isArray(expected)) {
    expect(seen, where).to.be.an('array').with.length(expected.length);
    for (const [i, part] of expected.entries()) {
      expectPart((seen as unknown[])[i], part, `${where}[${i}]`);
    }
  } else {
    expect(seen, where).to.be.an('object');
    for (const [key, part] of Object.entries(expected)) {
      expectPart((seen as Readonly<Record<string, unknown>>)[key], part, `${where}.${key}`);
    }
  }
}

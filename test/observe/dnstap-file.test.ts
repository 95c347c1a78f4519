import { expect } from 'chai';
import { readDnstapFile } from '../../src/observe/dnstap-file.ts';
import { tapFrame as frame, length, QUERY, START, STOP } from '../world/dnstap-bytes.ts';

function read(...parts: readonly (readonly number[])[]) {
  return [...readDnstapFile(Buffer.from(parts.flat()))];
}

describe('observe/dnstap-file', () => {
  it('reads questions of clients, from queries and from responses', () => {
    const found = read(
      START,
      frame(),
      frame({ kind: 6, field: 14, protocol: 2, client: new Uint8Array(16) }),
      STOP,
    );
    const asked = { name: 'www.example.', type: 28, rrClass: 1, opcode: 0, recursionDesired: true };
    expect(found.map(({ client, ...rest }) => ({ ...rest, client: client.length }))).to.deep.equal([
      { ...asked, transport: 'udp', client: 4, isResponse: false },
      { ...asked, transport: 'tcp', client: 16, isResponse: true },
    ]);
  });

  it('passes over other messages, and those without a whole question', () => {
    const found = read(
      START,
      frame({ kind: 1 }),
      frame({ octets: QUERY.subarray(0, 20) }),
      frame({ octets: Uint8Array.of(1, 2, 3) }),
      frame({ client: Uint8Array.of(1) }),
    );
    expect(found).to.deep.equal([]);
  });

  const BROKEN: readonly (readonly [string, readonly (readonly number[])[], RegExp])[] = [
    ['a text', [[...Buffer.from('www.example A\n')]], /does not begin with a control frame/],
    ['an empty file', [], /does not begin/],
    ['half a frame', [START, frame().slice(0, 30)], /ends within a frame, at octet 46/],
    ['another content', [START.map((octet, i) => (i === 24 ? 0x58 : octet))], /something else/],
    [
      'a payload that is none',
      [START, [...length(2), 0x0a, 0x7f]],
      /before octet \d+: a field ends/,
    ],
    ['a wire type that is none', [START, [...length(2), 0x0b, 0]], /wire type 3/],
  ];
  for (const [what, parts, message] of BROKEN) {
    it(`reports ${what}`, () => expect(() => read(...parts)).to.throw(message));
  }
});

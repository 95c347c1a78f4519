import { expect } from 'chai';
import { type Verdict, VerdictTable } from '../../src/decision/verdict.ts';
import { beginResolution, endResolution } from '../../src/engine/alias-resolution.ts';
import { HashedName } from '../../src/wire/hashed-name.ts';
import type { Query } from '../../src/wire/query.ts';
import { type AskedParts, answerTo, asked } from '../world/asked.ts';
import { readMessage } from '../world/message-text.ts';
import { Flag, name, TYPE, withRoom } from '../world/messages.ts';

const VERDICT: Verdict = new VerdictTable().add({
  layer: 'policy',
  action: 'answer',
  rule: { id: 'feed/x', file: 'feed.rpz', line: 1, implicit: false },
});
const WALLED = name('walled.example');

/** The question that is asked in place of the client's, as dig would show it. */
function chasedBy(parts: AskedParts) {
  const query = asked('WWW.example', parts);
  beginResolution(query, { verdict: VERDICT, target: WALLED });
  const { question, flags, edns } = readMessage(query.message.slice(0, query.length));
  return { question, flags, edns: edns && { do: edns.dnssecOk } };
}

const octetsOf = ({ message, length }: Query) => message.slice(0, length);

describe('resolution', () => {
  const questions: readonly (readonly [string, AskedParts, object])[] = [
    ['A', {}, { question: 'walled.example. IN A', flags: 'rd', edns: undefined }],
    [
      'MX with EDNS',
      { type: TYPE.MX, edns: true },
      { question: 'walled.example. IN MX', flags: 'rd', edns: { do: false } },
    ],
    [
      'signatures, unchecked',
      { dnssecOk: true, flags: Flag.RD | Flag.CD | Flag.AD },
      { question: 'walled.example. IN A', flags: 'rd ad cd', edns: { do: true } },
    ],
  ];
  for (const [what, parts, expected] of questions) {
    it(`asks for the alias as the client asks for ${what}`, () => {
      expect(chasedBy(parts)).to.deep.equal(expected);
    });
  }

  it('gives the client its query back, with the rule that matched', () => {
    const query = asked('WWW.example', { edns: true, id: 4711 });
    const before = octetsOf(query);
    const match = { trigger: 'client-ip', depth: 1, wildcard: true, line: 42, entry: -7 } as const;
    Object.assign(query.match, match);
    query.match.address.set([0x0a000001]);
    const resolution = beginResolution(query, { verdict: VERDICT, target: WALLED });
    // Meanwhile the query is that of others.
    Object.assign(query.match, asked('other.example').match);
    query.match.address.fill(0xff);
    endResolution(resolution, query, withRoom(new Uint8Array(0), 512));
    expect(octetsOf(query)).to.deep.equal(before);
    expect(query.match).to.include(match);
    expect([...query.match.address]).to.deep.equal([0x0a000001, 0, 0, 0]);
    expect(query.match.name.equals(query)).to.equal(true);
  });

  it('keeps a copy of the name that matched, and of the aliases up to it', () => {
    const query = asked('www.example');
    const target = new HashedName();
    target.take(name('bad.example'), 0, name('bad.example').length);
    query.match.name = target;
    const octets = answerTo(query, { aliases: ['bad.example'] });
    const aliases = { octets, length: octets.length, answers: 1, nameAt: 30 };
    const resolution = beginResolution(query, { verdict: VERDICT, target: WALLED, aliases });
    const kept = octets.slice();
    octets.fill(0);
    target.take(name('other'), 0, name('other').length);
    expect(resolution.aliases).to.deep.equal({ ...aliases, octets: kept });
    const { name: owner, nameLength } = resolution.match.name;
    expect(owner.slice(0, nameLength)).to.deep.equal(name('bad.example'));
  });
});

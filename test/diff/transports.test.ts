import { expect } from 'chai';
import { parseConfig } from '../../src/config/config.ts';
import { type Change, findChanges } from '../../src/diff/changes.ts';
import { compilePolicy } from '../../src/policy/compile.ts';

const BASE = 'upstreams: { a: { servers: [192.0.2.1] } }\nroutes: { ".": a }\n';

function changes(...texts: readonly [string, string]): readonly Change[] {
  const [before, after] = texts.map((text) =>
    compilePolicy(parseConfig('site.yaml', text), '0.1.0', { now: 0 }),
  );
  return findChanges(before!, after!);
}

describe('diff/changes by transport', () => {
  it('tells the transport by which clients win or lose', () => {
    const found = changes(
      `${BASE}acl: { query: { 10.20.0.0/16: allow } }`,
      `${BASE}acl: { query: { 10.20.0.0/16: { action: allow, transports: [dot] } } }`,
    );
    const ways = found.map(({ transport, names, new: now }) => [transport, names, now.action]);
    expect(ways).to.deep.include.members([
      ['udp', ['*'], 'refuse'],
      ['tcp', ['*'], 'refuse'],
    ]);
    expect(ways.filter(([transport]) => transport === 'dot')).to.deep.equal([]);
  });

  it('compares names for clients that may ask by TLS alone', () => {
    const open = `${BASE}acl: { query: { 10.0.0.0/8: { action: allow, transports: [dot] } } }\n`;
    const found = changes(
      `${open}policies: [{ name: house, rules: { bad.example: refuse } }]`,
      `${open}policies: [{ name: house, rules: { bad.example: allow } }]`,
    );
    expect(found.map(({ transport, names }) => [transport, ...names])).to.deep.include.members([
      ['dot', 'bad.example.'],
    ]);
    for (const { transport } of found) expect(transport).to.equal('dot');
  });
});

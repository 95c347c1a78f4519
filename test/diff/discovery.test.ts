import { expect } from 'chai';
import { parseConfig } from '../../src/config/config.ts';
import { type Change, findChanges } from '../../src/diff/changes.ts';
import { compilePolicy } from '../../src/policy/compile.ts';

const BASE = `upstreams: { a: { servers: [192.0.2.1] } }
routes: { ".": a }
listen: [{ address: "192.0.2.53:853", tls: { certificate: a.pem, key: a.key } }]
acl: { query: { 10.0.0.0/8: allow } }
`;

function changes(...discovery: readonly [string, string]): readonly Change[] {
  const [before, after] = discovery.map((text) =>
    compilePolicy(parseConfig('site.yaml', BASE + text), '0.1.0', { now: 0 }),
  );
  return findChanges(before!, after!);
}

const shown = (found: readonly Change[]) =>
  found.map(({ names, types, old, new: now }) => [
    names.join(),
    types.join(),
    old.action,
    now.action,
  ]);

describe('diff/changes of discovery', () => {
  it('has the names and types that are answered from now on', () => {
    const found = changes('', 'discovery: { name: dns.example }');
    expect(shown(found)).to.have.deep.members([
      ['_dns.resolver.arpa.', 'SVCB', 'nodata', 'answer'],
      ['_dns.dns.example.', 'SVCB', 'forward', 'answer'],
      ['dns.example.', 'RESINFO', 'forward', 'answer'],
    ]);
  });

  it('has what is answered otherwise', () => {
    const ports = (dot: number) => `discovery: { name: dns.example, ports: { dot: ${dot} } }`;
    expect(changes(ports(853), ports(853))).to.deep.equal([]);
    expect(shown(changes(ports(853), ports(854)))).to.have.deep.members([
      ['_dns.dns.example.,_dns.resolver.arpa.', 'SVCB', 'answer', 'answer'],
    ]);
  });
});

import { expect } from 'chai';
import { programOf, programOfRefusal } from '../../src/decision/programs.ts';

describe('decision/programs', () => {
  const versions: readonly (readonly [says: string, program: string | undefined])[] = [
    ['dnsmasq-2.90', 'dnsmasq'],
    ['unbound 1.17.1', 'Unbound'],
    ['NSD 4.6.1', 'NSD'],
    ['Knot DNS 3.2.6', 'Knot DNS'],
    ['PowerDNS Authoritative Server 4.7.3', 'PowerDNS Authoritative'],
    ['PowerDNS Recursor 4.8.8', 'PowerDNS Recursor'],
    ['9.18.49-1~deb12u3-Debian', 'BIND'],
    ['none of your business', undefined],
    ['', undefined],
  ];
  for (const [says, program] of versions) {
    it(`takes "${says}" for ${program ?? 'nobody'}`, () => {
      expect(programOf(says)).to.equal(program);
    });
  }

  it('knows rcode5 by the hash of its policy in NSID', () => {
    expect(programOf('0.1.0', 'ns1 3f2a9c11')).to.equal('rcode5');
    expect(programOf('0.1.0', 'ns1')).to.equal(undefined);
  });

  it('knows systemd-resolved by AA=1 and RA=1 of what it refuses', () => {
    expect(programOfRefusal({ aa: true, ra: true })).to.equal('systemd-resolved');
    expect(programOfRefusal({ aa: false, ra: true })).to.equal(undefined);
  });
});

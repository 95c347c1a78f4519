import { expect } from 'chai';
import { programOf, programOfForm, programOfRefusal } from '../../src/decision/programs.ts';

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

  const bare = { rcode: 'REFUSED', aa: false, ra: false, hasQuestion: false, hasOpt: false };
  const forms = [
    { form: {}, what: 'REFUSED of 12 octets', program: 'Unbound' },
    { form: { rcode: 'FORMERR' }, what: 'FORMERR of 12 octets', program: undefined },
    { form: { hasQuestion: true }, what: 'REFUSED with its question', program: undefined },
    { form: { hasOpt: true }, what: 'REFUSED with an OPT record alone', program: undefined },
    { form: { aa: true }, what: 'REFUSED of 12 octets with AA=1', program: undefined },
    { form: { ra: true }, what: 'REFUSED of 12 octets with RA=1', program: undefined },
  ];
  for (const { form, what, program } of forms) {
    it(`takes ${what} for ${program ?? 'nobody'}`, () => {
      expect(programOfForm({ ...bare, ...form })).to.equal(program);
    });
  }

  it('knows systemd-resolved by AA=1 and RA=1 of what it refuses', () => {
    expect(programOfRefusal({ aa: true, ra: true })).to.equal('systemd-resolved');
    expect(programOfRefusal({ aa: false, ra: true })).to.equal(undefined);
  });
});

import { networkInterfaces } from 'node:os';
import { expect } from 'chai';
import { isZone, isZoneUp, splitZone } from '../../src/net/zone.ts';
import { passOver } from '../world/needs.ts';

describe('net/zone', () => {
  it('splits an address into what it is and where', () => {
    expect(splitZone('fe80::1%eth0')).to.deep.equal({ address: 'fe80::1', zone: 'eth0' });
    expect(splitZone('fe80::1')).to.deep.equal({ address: 'fe80::1', zone: '' });
    expect(splitZone('192.0.2.1')).to.deep.equal({ address: '192.0.2.1', zone: '' });
  });

  it('takes what the kernel would take for the name of an interface', () => {
    const texts = ['eth0', '2', 'br-lan.7', 'wg_0', 'a'.repeat(15), '\u00e9th0'];
    expect(texts.filter(isZone)).to.deep.equal(texts);
    const wrong = ['', 'eth0:1', 'a b', 'a/b', 'a%b', 'a'.repeat(16), 'a\n'];
    expect(wrong.filter(isZone)).to.deep.equal([]);
  });

  it('knows the interfaces that have an IPv6 address', function () {
    const own = Object.entries(networkInterfaces()).filter(([, addresses = []]) =>
      addresses.some(({ family }) => family === 'IPv6'),
    );
    if (own.length === 0) passOver(this, 'this host has no IPv6');
    for (const [name] of own) expect(isZoneUp(name), name).to.equal(true);
  });

  it('knows no interface of a name that none has', () => {
    expect(['gone0', '9999', '0', ''].filter(isZoneUp)).to.deep.equal([]);
  });
});

import { expect } from 'chai';
import { nextUnit, unit } from '../../../scripts/debian/units.ts';

const valuesOf = (text: string, key: string) =>
  [...text.matchAll(new RegExp(`^${key}=(.*)$`, 'gm'))].map(([, value]) => value);

describe('scripts/debian/units', () => {
  it('starts what the package has, by its configuration', () => {
    expect(valuesOf(unit(), 'ExecStart')).to.deep.equal([
      '/usr/bin/rcode5 serve --share -c /etc/rcode5/rcode5.yaml',
    ]);
    expect(unit()).to.not.match(/\/opt\/|\/usr\/bin\/node/);
    expect(valuesOf(unit(), 'WantedBy')).to.deep.equal(['multi-user.target']);
  });

  it('has a second unit for upgrades, which is not enabled and not tried again', () => {
    expect(valuesOf(nextUnit(), 'ExecStart')).to.deep.equal(valuesOf(unit(), 'ExecStart'));
    expect(valuesOf(nextUnit(), 'EnvironmentFile')).to.deep.equal(
      valuesOf(unit(), 'EnvironmentFile'),
    );
    expect(valuesOf(nextUnit(), 'Restart')).to.deep.equal(['no']);
    expect(nextUnit()).to.not.include('[Install]');
  });

  it('is as restricted as the unit that it is made from', () => {
    for (const text of [unit(), nextUnit()]) {
      expect(valuesOf(text, 'CapabilityBoundingSet')).to.deep.equal(['CAP_NET_BIND_SERVICE']);
      expect(valuesOf(text, 'ProtectSystem')).to.deep.equal(['strict']);
      expect(valuesOf(text, 'User')).to.deep.equal(['rcode5']);
    }
  });

  it('is not made from a unit that has changed', () => {
    expect(() => unit('[Unit]\n[Service]\n')).to.throw(RangeError, /rcode5\.service has no/);
  });
});

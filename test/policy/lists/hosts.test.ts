import { expect } from 'chai';
import { list } from './read.ts';

describe('policy/lists/hosts', () => {
  it('takes a file of hosts that can be reached for one without names to block', () => {
    const { judged, problems, count } = list('hosts', '10.0.0.5 nas.home nas\n10.0.0.6 tv.home');
    expect([judged('nas.home'), problems, count]).to.deep.equal(['no rule', [], 0]);
  });

  it('lists each name by itself, whatever the address that leads nowhere', () => {
    const text =
      '0.0.0.0 a.example\n127.0.0.1\tB.example. c.example # why\n:: d.example\r\n255.255.255.255 e.example\n::1 f.example';
    const { judged, ignored, count } = list('hosts', text, { action: 'refuse' });
    expect(ignored).to.deep.equal([]);
    expect(count).to.equal(6);
    expect(['a', 'b', 'c', 'd', 'x.a'].map((host) => judged(`${host}.example`))).to.deep.equal([
      'refuse by ads/a.example at ads.txt:1',
      'refuse by ads/b.example at ads.txt:2',
      'refuse by ads/c.example at ads.txt:2',
      'refuse by ads/d.example at ads.txt:3',
      'no rule',
    ]);
  });

  it('skips what a hosts file has for the host itself', () => {
    const text = [
      '# the usual',
      '127.0.0.1 localhost localhost.localdomain local',
      '255.255.255.255 broadcasthost',
      '::1 LOCALHOST ip6-localhost ip6-loopback',
      'fe80::1%lo0 localhost',
      'ff02::1 ip6-allnodes',
      '0.0.0.0 0.0.0.0',
      '',
    ];
    const { count, ignored, problems } = list('hosts', text.join('\n'));
    expect({ count, ignored, problems }).to.deep.equal({ count: 0, ignored: [], problems: [] });
  });

  const OF_HOST = 'an address where the host can be reached: localRecords answers with it';
  const garbage: readonly (readonly [string, string])[] = [
    ['10.0.0.5 bad.example', OF_HOST],
    ['192.168.1.1 bad.example', OF_HOST],
    ['2001:db8::5 bad.example', OF_HOST],
    ['fe80::1%eth0 bad.example', OF_HOST],
    ['bad.example', 'no address at the start'],
    ['bad.example 0.0.0.0', 'no address at the start'],
    ['0.0.0.256 bad.example', 'no address at the start'],
    ['0.0.0.0', 'an address without a name'],
    ['0.0.0.0 # bad.example', 'an address without a name'],
    ['0.0.0.0 192.0.2.1', 'an address in place of a name'],
    ['0.0.0.0 *.bad.example', 'a wildcard'],
    ['0.0.0.0 bad/example', 'not a name'],
    ['0.0.0.0 bücher.example', 'not ASCII: expect the xn-- form of an internationalised name'],
    ['0.0.0.0 a.example', 'duplicate'],
  ];
  for (const [line, kind] of garbage) {
    it(`counts ${line} as ${kind}, and takes the others`, () => {
      const { ignored, judged, problems } = list(
        'hosts',
        `0.0.0.0 a.example\n${line}\n0.0.0.0 b.example`,
      );
      expect(ignored).to.deep.equal([`${kind}: 1 (2)`]);
      expect(problems).to.deep.equal([]);
      expect(judged('a.example')).to.include('ads.txt:1');
      expect(judged('b.example')).to.include('ads.txt:3');
    });
  }

  it('takes the right names of a line with a wrong one', () => {
    const { judged, ignored } = list('hosts', '0.0.0.0 a.example b/b c.example');
    expect(ignored).to.deep.equal(['not a name: 1 (1)']);
    expect(judged('c.example')).to.include('ads.txt:1');
  });
});

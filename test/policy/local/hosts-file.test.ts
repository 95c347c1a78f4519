import { expect } from 'chai';
import { readHostsFile } from '../../../src/policy/local/hosts-file.ts';
import { formatName } from '../../../src/wire/name.ts';

function read(text: string) {
  const { lines, ignored } = readHostsFile(Buffer.from(text), 'lan.hosts');
  return {
    lines: lines.map(({ line, address: { words }, names }) => {
      return `${line} ${words[0]!.toString(16)} ${names.map((name) => formatName(name)).join(' ')}`;
    }),
    ignored: [...ignored].map(([kind, { first }]) => `${kind}: ${first.map(({ line }) => line)}`),
  };
}

describe('policy/local/hosts-file', () => {
  const cases: readonly (readonly [string, string, readonly string[], readonly string[]])[] = [
    ['has an address and its names', '10.0.0.5 NAS.lan\tnas\n', ['1 a000005 nas.lan. nas.'], []],
    ['skips comments and empty lines', '# a\n\n 10.0.0.5 x.lan # y\n', ['3 a000005 x.lan.'], []],
    ['skips the names of the host itself', '127.0.0.1 localhost\n::1 ip6-loopback\n', [], []],
    ['keeps other names beside them', '127.0.1.1 localhost box\n', ['1 7f000101 box.'], []],
    ['takes CRLF and a byte order mark', '\ufeff10.0.0.5 x.lan\r\n', ['1 a000005 x.lan.'], []],
    ['takes a last line without its end', '10.0.0.5 x.lan.', ['1 a000005 x.lan.'], []],
    ['is without its bad names', '10.0.0.5 a..b x.lan\n', ['1 a000005 x.lan.'], ['not a name: 1']],
    ['has no wildcards', '10.0.0.5 *.lan\n', [], ['a wildcard: 1']],
    ['has no line without an address', 'x.lan 10.0.0.5\n', [], ['no address at the start: 1']],
    ['has no address without a name', '10.0.0.5 # x\n', [], ['an address without a name: 1']],
    ['is for all links', 'fe80::1%eth0 x.lan\n', [], ['an address within one link: 1']],
    [
      'is no list of names to block',
      '0.0.0.0 ads.example\n:: ads.example\n0.0.0.0 0.0.0.0\n',
      [],
      ['an unspecified address: a list of names to block belongs to policies: 1,2'],
    ],
  ];
  for (const [what, text, lines, ignored] of cases) {
    it(what, () => {
      expect(read(text)).to.deep.equal({ lines, ignored });
    });
  }

  it('has a digest over its text', () => {
    const digests = ['10.0.0.5 a', '10.0.0.6 a'].map(
      (text) => readHostsFile(Buffer.from(text), 'x').digest,
    );
    expect(new Set(digests).size).to.equal(2);
  });
});

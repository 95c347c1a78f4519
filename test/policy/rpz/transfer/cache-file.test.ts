import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import {
  confirmCache,
  readCache,
  writeCache,
} from '../../../../src/policy/rpz/transfer/cache-file.ts';
import { digestOf } from '../../../../src/policy/rpz/transfer/zone-copy.ts';
import { ascii, name, octets, record, uint16, uint32 } from '../../../world/messages.ts';
import { copyOf } from './copies.ts';
import { rule, text, ZONE } from './zones.ts';

const CONFIRMED = Date.UTC(2026, 10, 20, 23);
const PRIMARY = '192.0.2.1:53';

describe('transfer/cache-file', () => {
  let folder: string;
  let path: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'rcode5-'));
    path = join(folder, 'var', 'feed.rpz');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  function write(content: string): void {
    mkdirSync(join(folder, 'var'), { recursive: true });
    writeFileSync(path, content);
  }

  const copy = copyOf(5, [
    rule('bad.example'),
    rule('*.worse.example', 'Walled.example'),
    rule('32.1.2.0.192.rpz-ip'),
    text('t', 'say "x;y" \\'),
    record(`a.${ZONE}`, 1, [192, 0, 2, 1], { ttl: 60 }),
    record(`a.${ZONE}`, 28, octets(uint16(0x2001), uint16(0xdb8), new Uint8Array(11), [1])),
    record(`m.${ZONE}`, 15, octets(uint16(10), name('mx.example'))),
    record(ZONE, 2, name('ns.example')),
    record(octets([3, 0, 0x2e, 0x40], name(ZONE)), 65280, [1, 2, 255]),
    record(octets([1, 0x24], name(ZONE)), 65280, []),
    record(octets([2, 0xc3, 0xbc], name(ZONE)), 16, [0]),
  ]);

  it('writes a master file that it reads again', () => {
    writeCache(path, { copy, primary: PRIMARY, confirmedAt: CONFIRMED });
    const known = readCache(path, name(ZONE))!;
    expect(digestOf(known.copy)).to.equal(digestOf(copy));
  });

  it('is for its owner and its group, as the decision log is', () => {
    const umask = process.umask(0);
    try {
      writeCache(path, { copy, primary: PRIMARY, confirmedAt: CONFIRMED });
      expect(statSync(path).mode & 0o777).to.equal(0o640);
    } finally {
      process.umask(umask);
    }
  });

  it('has one record a line, absolute names, and who it came from', () => {
    writeCache(path, { copy, primary: PRIMARY, confirmedAt: CONFIRMED });
    expect(readFileSync(path, 'utf8').split('\n')).to.deep.equal([
      '; zone rpz.example. serial 5 from 192.0.2.1:53 at 2026-11-20T23:00:00.000Z',
      'rpz.example. 30 IN SOA ns.example. host.example. 5 60 20 600 30',
      'bad.example.rpz.example. 30 IN CNAME .',
      '*.worse.example.rpz.example. 30 IN CNAME Walled.example.',
      '32.1.2.0.192.rpz-ip.rpz.example. 30 IN CNAME .',
      't.rpz.example. 30 IN TXT "say \\"x;y\\" \\\\"',
      'a.rpz.example. 60 IN A 192.0.2.1',
      'a.rpz.example. 300 IN AAAA 2001:db8:0:0:0:0:0:1',
      'm.rpz.example. 300 IN MX 10 mx.example.',
      'rpz.example. 300 IN NS ns.example.',
      '\\000\\.\\@.rpz.example. 300 IN TYPE65280 \\# 3 0102ff',
      '\\$.rpz.example. 300 IN TYPE65280 \\# 0',
      '\\195\\188.rpz.example. 300 IN TXT ""',
      '; end of zone rpz.example.: 12 records',
      '',
    ]);
  });

  it('leaves nothing beside the file', () => {
    writeCache(path, { copy, primary: PRIMARY, confirmedAt: CONFIRMED });
    writeCache(path, { copy, primary: PRIMARY, confirmedAt: CONFIRMED });
    expect(readdirSync(join(folder, 'var'))).to.deep.equal(['feed.rpz']);
  });

  it('leaves nothing when it cannot be put in its place', () => {
    mkdirSync(path, { recursive: true });
    writeFileSync(join(path, 'x'), '');
    expect(() => writeCache(path, { copy, primary: PRIMARY, confirmedAt: 0 })).to.throw();
    expect(readdirSync(join(folder, 'var'))).to.deep.equal(['feed.rpz']);
  });

  it('remembers whom it came from, and when that was confirmed', () => {
    writeCache(path, { copy, primary: PRIMARY, confirmedAt: CONFIRMED });
    expect(readCache(path, name(ZONE))).to.include({ primary: PRIMARY, confirmedAt: CONFIRMED });
    confirmCache(path, CONFIRMED + 60_000);
    expect(readCache(path, name(ZONE))!.confirmedAt).to.equal(CONFIRMED + 60_000);
  });

  it('may be written by hand: then the file is all that is known', () => {
    write('$ORIGIN rpz.example.\nx 60 CNAME .\n@ 60 SOA ns host 8 1h 10m 1d 60\n');
    const known = readCache(path, name(ZONE))!;
    expect(known.primary).to.equal(path);
    expect(known.copy).to.include({ count: 2 });
    expect(known.copy.soa.serial).to.equal(8);
  });

  it('may be missing', () => {
    expect(readCache(path, name(ZONE))).to.equal(undefined);
  });

  const unusable: readonly (readonly [string, string, RegExp])[] = [
    ['another zone', 'other. 60 SOA a. b. 1 1 1 1 1\n', /has no SOA of rpz\.example\./],
    ['no zone', '\n', /has no SOA of rpz\.example\./],
    ['bad data', 'rpz.example. 60 SOA a. b. 1 1 1 1 1\nx A 1.2\n', /^line 2: /],
    ['another class', 'rpz.example. 60 CH SOA a. b. 1 1 1 1 1\n', /^line 1: not of class IN/],
  ];
  for (const [what, content, expected] of unusable) {
    it(`says why it cannot be used: ${what}`, () => {
      write(content);
      expect(() => readCache(path, name(ZONE))).to.throw(expected);
    });
  }

  it('is no place for octets that a text would change', () => {
    const odd = copyOf(1, [
      record(`x.${ZONE}`, 10, ascii('\n;"\\')),
      record(`y.${ZONE}`, 1, uint32(7)),
    ]);
    writeCache(path, { copy: odd, primary: PRIMARY, confirmedAt: CONFIRMED });
    expect(digestOf(readCache(path, name(ZONE))!.copy)).to.equal(digestOf(odd));
  });
});

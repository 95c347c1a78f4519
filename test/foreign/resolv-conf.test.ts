import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { recognise } from '../../src/foreign/readers.ts';
import { readResolv } from '../../src/foreign/resolv-conf.ts';

describe('foreign/resolv-conf', () => {
  let folder: string;
  let file: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'rcode5-resolv-'));
    file = join(folder, 'resolv.conf');
  });

  afterEach(() => rmSync(folder, { recursive: true }));

  const forwards = (text: string) => {
    writeFileSync(file, text);
    const { views, left } = readResolv(file);
    return { servers: views[0]!.ways.forwards[0]!.servers, left: left.map(({ what }) => what) };
  };

  it('takes the first three servers, and lists the rest', () => {
    expect(
      forwards(
        '# mine\r\nnameserver 192.0.2.1\r\nnameserver 2001:db8::1\nsearch lan\nnameserver fe80::1%eth0\nnameserver 192.0.2.4\n',
      ),
    ).to.deep.equal({
      servers: ['192.0.2.1', '2001:db8::1', 'fe80::1%eth0'],
      left: ['search lan', 'nameserver 192.0.2.4'],
    });
  });

  it('asks loopback without one', () => {
    expect(forwards('options edns0\n').servers).to.deep.equal(['127.0.0.1']);
  });

  it('is recognised by a server', () => {
    writeFileSync(file, 'search lan\nnameserver 192.0.2.1\n; the end\n');
    expect(recognise(file)).to.equal('resolv');
    writeFileSync(file, 'domain lan\n');
    expect(recognise(file)).to.equal(undefined);
  });

  it('reports every line that is wrong', () => {
    expect(() => forwards('nameserver nowhere\nnonsense\n')).to.throw(
      /:1:1: nameserver: "nowhere" is no address;.*\n.*:2:1: "nonsense" is no word/,
    );
  });
});

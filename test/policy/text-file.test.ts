import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect } from 'chai';
import { expectedLines, readTextFile, textSize, unpack } from '../../src/policy/text-file.ts';
import { ascii } from '../world/messages.ts';

const text = (octets: Uint8Array) => Buffer.from(octets).toString();

describe('policy/text-file', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'rcode5-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  it('reads a file, and one that gzip has packed whatever its name', () => {
    writeFileSync(join(folder, 'plain'), 'a\n');
    writeFileSync(join(folder, 'packed.txt'), gzipSync('b\n'));
    expect(text(readTextFile(join(folder, 'plain')))).to.equal('a\n');
    expect(text(readTextFile(join(folder, 'packed.txt')))).to.equal('b\n');
  });

  for (const { what, text: content, lines } of [
    { what: 'nothing', text: '', lines: 1 },
    { what: 'three lines', text: 'a\nb\nc\n', lines: 4 },
    { what: 'many lines', text: 'example.com\n'.repeat(100_000), lines: 100_000 },
  ]) {
    it(`knows about how many lines ${what} has`, () => {
      expect(expectedLines(ascii(content))).to.be.closeTo(lines, lines / 1000);
    });
  }

  it('reads what was packed in two pieces', () => {
    expect(text(unpack(Buffer.concat([gzipSync('a'), gzipSync('b')])))).to.equal('ab');
  });

  it('takes what only begins like gzip for no text', () => {
    expect(() => unpack(Uint8Array.of(0x1f, 0x8b, 1, 2, 3))).to.throw('not whole as gzip');
  });

  it('says when a packed file is cut', () => {
    const packed = gzipSync('a'.repeat(1000));
    expect(() => unpack(packed.subarray(0, packed.length - 9))).to.throw(
      'not whole as gzip: unexpected end of file',
    );
  });

  it('unpacks no more than its limit', () => {
    const packed = gzipSync('a'.repeat(1000));
    expect(unpack(packed, 1000)).to.have.length(1000);
    expect(() => unpack(packed, 999)).to.throw('it unpacks to more than 999 octets');
  });

  it('reads neither folders nor devices', () => {
    expect(() => readTextFile(folder)).to.throw('not a regular file');
    expect(() => readTextFile('/dev/zero')).to.throw('not a regular file');
  });

  it('tells how large a text is, packed or not', () => {
    writeFileSync(join(folder, 'plain'), 'a'.repeat(1000));
    writeFileSync(join(folder, 'packed'), gzipSync('b'.repeat(1000)));
    writeFileSync(join(folder, 'short'), 'c');
    const sizes = ['plain', 'packed', 'short', 'none'].map((name) => textSize(join(folder, name)));
    expect(sizes).to.deep.equal([1000, 1000, 1, 0]);
    expect(textSize(folder)).to.equal(0);
  });

  it('leaves a text that is not packed as it is', () => {
    const octets = ascii('\x1f');
    expect(unpack(octets)).to.equal(octets);
  });
});

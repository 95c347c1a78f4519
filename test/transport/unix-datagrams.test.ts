import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import {
  AF_UNIX,
  allocate,
  type Libc,
  loadLibc,
  SOCK_DGRAM_NONBLOCK,
} from '../../src/transport/libc.ts';
import { UnixDatagrams } from '../../src/transport/unix-datagrams.ts';
import { passOver } from '../world/needs.ts';

describe('transport/unix-datagrams', () => {
  const libc = loadLibc();
  let folder: string;
  let path: string;
  beforeEach(function () {
    if (typeof libc === 'string') passOver(this, libc);
    folder = mkdtempSync(join(tmpdir(), 'rcode5-'));
    path = join(folder, 'log');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** The socket of a receiver. */
  function listen(name: string = path): number {
    const calls = libc as Libc;
    const fd = calls.socket(AF_UNIX, SOCK_DGRAM_NONBLOCK, 0);
    // An abstract name has no zero behind it.
    const address = allocate(2 + name.length + (name.startsWith('\0') ? 0 : 1));
    address.writeUInt16LE(AF_UNIX);
    address.write(name, 2);
    expect(calls.bind(fd, address, address.length)).to.equal(0);
    return fd;
  }

  function read(fd: number): string {
    const buffer = allocate(200_000);
    return buffer.toString('utf8', 0, (libc as Libc).read(fd, buffer, buffer.length));
  }

  it('sends datagrams of any size', () => {
    const fd = listen();
    const socket = new UnixDatagrams(libc as Libc, path);
    for (const text of ['one', 'x'.repeat(100_000), '']) {
      expect(socket.send(Buffer.from(text))).to.equal('sent');
      expect(read(fd)).to.equal(text);
    }
    socket.close();
    (libc as Libc).close(fd);
  });

  it('sends to an abstract name, which is in no folder', () => {
    const name = `rcode5-test-${process.pid}`;
    const fd = listen(`\0${name}`);
    const socket = new UnixDatagrams(libc as Libc, `@${name}`);
    expect(socket.send(Buffer.from('READY=1'))).to.equal('sent');
    expect(read(fd)).to.equal('READY=1');
    socket.close();
    (libc as Libc).close(fd);
  });

  it('says when there is no room, when one is too large, and when nobody reads any more', () => {
    const fd = listen();
    const socket = new UnixDatagrams(libc as Libc, path);
    expect(socket.send(Buffer.alloc(100 << 20))).to.equal('never');
    let result = 'sent';
    for (let i = 0; i < 100_000 && result === 'sent'; i++) result = socket.send(Buffer.from('x'));
    expect(result).to.equal('later');
    (libc as Libc).close(fd);
    expect(socket.send(Buffer.from('x'))).to.equal('gone');
    socket.close();
  });

  it('cannot be had of what is not there, and by a path that is too long', () => {
    expect(() => new UnixDatagrams(libc as Libc, path)).to.throw(/connect .*log: ENOENT/);
    expect(() => new UnixDatagrams(libc as Libc, `/${'x'.repeat(107)}`)).to.throw(/107 octets/);
  });
});

import { expect } from 'chai';
import { AF_INET, type Libc, loadLibc, SOCK_DGRAM_NONBLOCK } from '../../src/transport/libc.ts';
import { OpenSockets } from '../../src/transport/open-sockets.ts';
import { passOver } from '../world/needs.ts';

const loaded = loadLibc();

describe('transport/open-sockets', () => {
  before(function () {
    if (typeof loaded === 'string') passOver(this, loaded);
  });

  /** The C library, with what was closed. */
  function playedLibc(): { libc: Libc; closed: number[] } {
    const closed: number[] = [];
    let last = -1;
    const socket = () => ++last;
    const close = (fd: number) => closed.push(fd);
    return { libc: { ...(loaded as Libc), socket, close }, closed };
  }

  const open = (libc: Libc) => libc.socket(AF_INET, SOCK_DGRAM_NONBLOCK, 0);

  it('closes from outside what a thread has left open', () => {
    const { libc, closed } = playedLibc();
    const sockets = new OpenSockets();
    const watched = new OpenSockets(sockets.shared).watch(libc);
    for (const expected of [0, 1, 2]) expect(open(watched)).to.equal(expected);
    watched.close(1);
    sockets.closeAll(libc);
    expect(closed).to.deep.equal([1, 0, 2]);
  });

  it('closes nothing twice: a number may be that of something else by then', () => {
    const { libc, closed } = playedLibc();
    const sockets = new OpenSockets();
    open(sockets.watch(libc));
    sockets.closeAll(libc);
    sockets.closeAll(libc);
    expect(closed).to.deep.equal([0]);
  });

  it('knows nothing of a socket that could not be had', () => {
    const { libc, closed } = playedLibc();
    const sockets = new OpenSockets();
    open(sockets.watch({ ...libc, socket: () => -1 }));
    sockets.closeAll(libc);
    expect(closed).to.deep.equal([]);
  });
});

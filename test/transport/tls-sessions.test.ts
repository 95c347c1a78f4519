import { expect } from 'chai';
import { TlsSessions } from '../../src/transport/tls-sessions.ts';

describe('transport/tls-sessions', () => {
  it('gives each session once, the newest first, and lets go of the oldest', () => {
    const dropped: number[] = [];
    const sessions = new TlsSessions<number>((one) => dropped.push(one));
    expect(sessions.take()).to.equal(undefined);
    for (const one of [1, 2, 3, 4, 5]) sessions.keep(one);
    expect(dropped).to.deep.equal([1]);
    expect([sessions.take(), sessions.take()]).to.deep.equal([5, 4]);
    sessions.clear();
    expect(dropped).to.deep.equal([1, 2, 3]);
    expect(sessions.take()).to.equal(undefined);
  });
});

import { spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { basename } from 'node:path';
import { expect } from 'chai';
import { findHolder } from '../../src/net/address-holder.ts';

/** A user that nothing else runs as. */
const NOBODY = 64_321;
const OWN = `${basename(readFileSync('/proc/self/cmdline', 'utf8').split('\0')[0]!)} (pid ${process.pid})`;

describe('net/address-holder', () => {
  const held: readonly (readonly [string, string, string, boolean])[] = [
    ['127.0.0.1', '127.0.0.1', 'the same address', true],
    ['0.0.0.0', '127.0.0.1', 'one of all addresses', true],
    ['127.0.0.1', '0.0.0.0', 'all addresses', true],
    ['::1', '::1', 'the same IPv6 address', true],
    ['127.0.0.2', '127.0.0.1', 'another address', false],
    ['::1', '127.0.0.1', 'an address of another family', false],
  ];
  for (const [has, wants, what, isHeld] of held) {
    it(`${isHeld ? 'is found' : 'is nobody'} when a listener has ${has} and ${what} is wanted`, async () => {
      const other = createServer().listen(0, has);
      await once(other, 'listening');
      const { port } = other.address() as { port: number };
      const holder = findHolder({ address: wants, port });
      other.close();
      expect(holder).to.equal(isHeld ? OWN : undefined);
    });
  }

  it('is a program of its user for those who have no right to see what that has open', async function () {
    if (process.getuid?.() !== 0) this.skip();
    const listens =
      "const s = require('node:net').createServer().listen(0, '127.0.0.1', () => console.log(s.address().port))";
    const other = spawn(process.execPath, ['-e', listens], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [said] = await once(other.stdout, 'data');
    process.seteuid!(NOBODY);
    try {
      const holder = findHolder({ address: '127.0.0.1', port: Number(said) });
      expect(holder).to.equal('a program of the user root');
    } finally {
      process.seteuid!(0);
      other.kill();
    }
  });

  it('is found when it takes datagrams', async () => {
    const other = createSocket('udp4').bind(0, '127.0.0.1');
    await once(other, 'listening');
    const holder = findHolder({ address: '127.0.0.1', port: other.address().port });
    other.close();
    expect(holder).to.equal(OWN);
  });
});

import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import { expect } from 'chai';
import { Flag, message, question } from '../world/messages.ts';
import { findPort } from './peers.ts';
import { cleanUp } from './processes.ts';
import { Site, serve } from './rcode5.ts';
import { ask } from './sockets.ts';

/** Milliseconds between two queries by UDP, and two by TCP. */
const UDP_PAUSE = 1;
const TCP_PAUSE = 10;

/** Asks without end what is refused; returns how to end it. */
async function askOnAndOn(port: number): Promise<() => void> {
  const socket = createSocket('udp4');
  socket.bind(0, '127.0.1.1');
  await once(socket, 'listening');
  const query = message({ id: 5, flags: Flag.RD, questions: [question('www.example.org')] });
  // Nobody is there yet: most of it is in vain.
  const byUdp = setInterval(() => socket.send(query, port, '127.0.0.1', () => {}), UDP_PAUSE);
  let isAsking = true;
  const byTcp = async () => {
    // One after the other: a slow machine is asked less often.
    while (isAsking) {
      await ask(port, 'www.example.org', { source: '127.0.1.1', transport: 'tcp' });
      await setTimeout(TCP_PAUSE);
    }
  };
  void byTcp();
  return () => {
    clearInterval(byUdp);
    isAsking = false;
    socket.close();
  };
}

describe('e2e: a server that is asked while it starts', () => {
  after(cleanUp);

  for (const threads of ['0', 'auto']) {
    it(`answers by its configuration from the first query on with threads: ${threads}`, async () => {
      const port = await findPort();
      const stop = await askOnAndOn(port);
      const site = new Site(`node: ns1\nlisten: ["127.0.0.1:${port}"]\nthreads: ${threads}\n`);
      const { program, admin } = await serve(site);
      stop();
      const { policy } = (await (await fetch(`${admin}/readyz`)).json()) as { policy: string };
      program.signal('SIGTERM');
      expect(await program.ended, program.stderr).to.deep.equal({ code: 0, signal: null });
      const records = site.records();
      const transports = new Set(records.map(({ transport }) => transport));
      expect(transports).to.have.keys('udp', 'tcp');
      const identities = new Set(
        records.map((record) => `${record.node} ${record.policy} ${record.listener}`),
      );
      expect([...identities]).to.deep.equal([`ns1 ${policy} 127.0.0.1:${port}`]);
    });
  }
});

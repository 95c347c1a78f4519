/** Ports of 127.0.0.1 that nobody has. */

import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';

/** Below the ports that the kernel gives to those who do not choose. */
const FIRST_PORT = 20_000;
const PORTS = 12_000;

/** A port that is free by UDP and by TCP. */
export async function findPort(): Promise<number> {
  for (;;) {
    const port = FIRST_PORT + Math.floor(Math.random() * PORTS);
    const tcp = createServer();
    const udp = createSocket('udp4');
    try {
      tcp.listen(port, '127.0.0.1');
      await once(tcp, 'listening');
      udp.bind(port, '127.0.0.1');
      await once(udp, 'listening');
      return port;
    } catch {
      // Somebody has it.
    } finally {
      tcp.close();
      udp.close();
    }
  }
}

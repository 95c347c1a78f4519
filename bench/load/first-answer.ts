/** When a server that was just started gives the right answer. */

import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { queryFor, rcodeOf } from './message.ts';
import type { Program } from './program.ts';

/** Milliseconds between two tries. */
const PAUSE_MS = 4;
const PATIENCE_MS = 180_000;

/** A question for A that tells a server that is ready from one that still loads. */
export interface Question {
  readonly name: string;
  readonly rcode: number;
  /** Who asks. */
  readonly source: string;
}

/** Resolves at the first right answer; rejects when the program is gone or takes too long. */
export async function untilAnswered(
  { name, rcode, source }: Question,
  { program, port }: { program: Program; port: number },
): Promise<void> {
  const message = queryFor(name);
  const socket = createSocket('udp4');
  let isAnswered = false;
  socket.on('message', (answer) => {
    if (rcodeOf(answer) === rcode) isAnswered = true;
  });
  // While nobody listens, the kernel says so.
  socket.on('error', () => {});
  try {
    socket.bind(0, source);
    await once(socket, 'listening');
    const deadline = Date.now() + PATIENCE_MS;
    while (!isAnswered) {
      if (!program.isRunning) throw new Error(`ended by itself: ${program.describe()}`);
      if (Date.now() > deadline) throw new Error(`gave no answer: ${program.describe()}`);
      socket.send(message, port, '127.0.0.1', () => {});
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  } finally {
    socket.close();
  }
}

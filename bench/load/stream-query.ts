/** Queries by TCP, each by a connection of its own. */

import { connect } from 'node:net';
import { framed, queryFor, rcodeOf, readFrames } from './message.ts';

export interface StreamAnswer {
  /** Undefined when there was no answer. */
  readonly rcode: number | undefined;
  /** Milliseconds from the beginning of the connection. */
  readonly milliseconds: number;
}

/** Resolves also when the answer does not come. */
export function askByStream(of: {
  name: string;
  port: number;
  patienceMs: number;
}): Promise<StreamAnswer> {
  const begin = performance.now();
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port: of.port, noDelay: true });
    const finish = (rcode?: number) => {
      socket.destroy();
      resolve({ rcode, milliseconds: performance.now() - begin });
    };
    socket.setTimeout(of.patienceMs, () => finish());
    socket.on('error', () => {});
    socket.on('close', () => finish());
    socket.on('connect', () => socket.write(framed(queryFor(of.name))));
    socket.on(
      'data',
      readFrames((answer) => finish(rcodeOf(answer))),
    );
  });
}

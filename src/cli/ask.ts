/** One question by UDP from a chosen source address, and what came back. */

import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { Answer } from '../wire/answer.ts';
import { type ExtendedError, readExtendedErrors } from '../wire/opt.ts';

export interface Asked {
  readonly rcode: number;
  readonly recursionAvailable: boolean;
  readonly truncated: boolean;
  readonly ede: readonly ExtendedError[];
}

/** Sends octets and waits for the answer; undefined when none comes in time. */
export async function ask(
  octets: Uint8Array,
  { from, port, timeoutMs }: { from: string; port: number; timeoutMs: number },
): Promise<Asked | undefined> {
  const socket = createSocket('udp4');
  try {
    socket.bind(0, from);
    await once(socket, 'listening');
    socket.send(octets, port, '127.0.0.1');
    const [message] = await once(socket, 'message', { signal: AbortSignal.timeout(timeoutMs) });
    return read(message);
  } catch (error) {
    if ((error as Error).name === 'AbortError') return undefined;
    throw error;
  } finally {
    socket.close();
  }
}

function read(message: Buffer): Asked | undefined {
  const answer = new Answer();
  if (!Answer.isAnswer(message, message.length) || !answer.parse(message, message.length)) {
    return undefined;
  }
  return {
    rcode: answer.rcode,
    recursionAvailable: answer.recursionAvailable,
    truncated: answer.truncated,
    ede: answer.optAt === 0 ? [] : readExtendedErrors(message, answer.optAt),
  };
}

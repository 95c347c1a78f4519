/** DNS by TCP to an upstream for a thread that blocks in poll (Linux). */

import { FrameReader, frame, MAX_FRAME } from './frames.ts';
import { allocate, type Libc, type Memory } from './libc.ts';
import type { SocketAddress } from './socket-address.ts';
import type { Stream } from './stream-pool.ts';
import { BatchConnection, type StreamState } from './tcp-batch-connection.ts';
import type { TlsFault } from './tls-fault.ts';
import type { PolledSocket } from './udp-batch-channel.ts';

/** A stream that a thread polls. */
export interface PolledStream extends Stream {
  readonly fd: number;
  /** The events to poll for. */
  readonly events: number;
  /** Takes a query, to be sent by `flush` at the latest. The octets are not kept. */
  send(octets: Uint8Array, length: number): void;
  flush(): void;
  /** Does what `revents` of poll allow; `onMessage` is called for each whole message. */
  handle(revents: number, onMessage: (octets: Buffer) => void): StreamState | TlsFault;
}

export class BatchStream implements PolledStream {
  readonly number: number;
  readonly #connection: BatchConnection;
  readonly #frames: FrameReader = new FrameReader(MAX_FRAME);
  readonly #closed: () => void;

  /** Begins to connect. Throws a SystemError. */
  constructor(
    libc: Libc,
    { number, closed }: Pick<PolledSocket, 'number' | 'closed'>,
    address: SocketAddress,
  ) {
    this.number = number;
    this.#closed = closed;
    this.#connection = new BatchConnection(libc, address);
  }

  get fd(): number {
    return this.#connection.fd;
  }

  get isConnected(): boolean {
    return this.#connection.isMade;
  }

  get unsent(): number {
    return this.#connection.unsent;
  }

  get events(): number {
    return this.#connection.events;
  }

  send(octets: Uint8Array, length: number): void {
    const framed = frame(octets, length);
    const memory = allocate(framed.length);
    memory.set(framed);
    this.#connection.send(memory, memory.length);
  }

  /** Everything has been sent as far as the connection takes it. */
  flush(): void {}

  handle(revents: number, onMessage: (octets: Buffer) => void): StreamState {
    return this.#connection.handle(revents, (octets: Memory, length) =>
      this.#frames.push(octets.subarray(0, length), onMessage),
    );
  }

  close(): void {
    this.#connection.close();
    this.#closed();
  }
}

/** A client's side of the wire over the loopback: datagrams and streams, framed by hand. */

import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';
import { octets, uint16 } from './messages.ts';

/** Where to ask, and perhaps from which address. */
export interface Target {
  readonly address: string;
  readonly port: number;
  readonly from?: string;
}

/** Sends a datagram and waits for the answer. */
export async function askUdp(to: Target, message: Uint8Array): Promise<Buffer> {
  const socket = createSocket('udp4');
  try {
    if (to.from !== undefined) {
      socket.bind(0, to.from);
      await once(socket, 'listening');
    }
    socket.send(message, to.port, to.address);
    const [answer] = await once(socket, 'message');
    return answer;
  } finally {
    socket.close();
  }
}

/** Opens a stream, asks, and closes it again. */
export async function askTcp(to: Target, message: Uint8Array): Promise<Buffer> {
  const stream = await Stream.open(to);
  try {
    stream.ask(message);
    return await stream.next();
  } finally {
    stream.close();
  }
}

/** A message behind its length (RFC 1035 section 4.2.2). */
export function framed(...messages: readonly Uint8Array[]): Uint8Array {
  return octets(...messages.flatMap((message) => [uint16(message.length), message]));
}

/** A connection that reads whole messages, and stays half open until it is closed. */
export class Stream {
  readonly socket: Socket;
  /** Nothing more comes: the other side has ended the stream or reset it. */
  readonly ended: Promise<void>;
  #received: Buffer = Buffer.alloc(0);
  #isOver = false;
  #wake: () => void = () => {};

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      this.#received = Buffer.concat([this.#received, chunk]);
      this.#wake();
    });
    this.ended = new Promise((resolve) => {
      const end = () => {
        this.#isOver = true;
        this.#wake();
        resolve();
      };
      socket.on('end', end);
      socket.on('close', end);
    });
  }

  static async open({ address, port, from }: Target): Promise<Stream> {
    const socket = connect({
      host: address,
      port,
      noDelay: true,
      allowHalfOpen: true,
      ...(from !== undefined && { localAddress: from }),
    });
    const stream = new Stream(socket);
    await once(socket, 'connect');
    return stream;
  }

  /** By TLS, whoever the server is; rejects when the handshake fails. */
  static async secure(to: Target, options: ConnectionOptions = {}): Promise<Stream> {
    const { socket } = await Stream.open(to);
    return Stream.secureOver(socket, options);
  }

  /** The same over a connection that has read nothing yet. */
  static async secureOver(socket: Socket, options: ConnectionOptions = {}): Promise<Stream> {
    socket.removeAllListeners('data');
    const secured = connectTls({ socket, rejectUnauthorized: false, ...options });
    const stream = new Stream(secured);
    await once(secured, 'secureConnect');
    return stream;
  }

  /** Sends messages, all at once. */
  ask(...messages: readonly Uint8Array[]): void {
    this.socket.write(framed(...messages));
  }

  /** The next message; rejects when the stream is over. */
  async next(): Promise<Buffer> {
    while (this.#received.length < 2 || this.#received.length < this.#end) {
      if (this.#isOver) throw new Error('the stream is over');
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    const end = this.#end;
    const message = this.#received.subarray(2, end);
    this.#received = this.#received.subarray(end);
    return message;
  }

  close(): void {
    this.socket.destroy();
  }

  get #end(): number {
    return 2 + this.#received.readUInt16BE(0);
  }
}

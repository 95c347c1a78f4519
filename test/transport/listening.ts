/** A TCP listener and its clients: what was asked, and who answers it. */

import type { ProxyHeader } from '../../src/transport/proxy-protocol.ts';
import { listenTcp, type TcpAddress, type TcpListener } from '../../src/transport/tcp.ts';
import { TCP_LIMITS, type TcpLimits } from '../../src/transport/tcp-limits.ts';
import { Stream, type Target } from '../world/client.ts';
import { message } from '../world/messages.ts';
import { PlayedTimers } from '../world/played-timers.ts';

export interface Received {
  readonly id: number;
  readonly connection: number;
  readonly address: string;
  readonly port: number;
}

/** A query or an answer: all that counts is its ID. */
export function one(id: number): Uint8Array {
  return message({ id });
}

/** The IDs of the next messages. */
export async function ids(stream: Stream, count: number): Promise<number[]> {
  const list: number[] = [];
  while (list.length < count) {
    const octets = await stream.next();
    list.push(octets.readUInt16BE(0));
  }
  return list;
}

/** IDs of queries that are none of a test's business. */
const OTHERS = 0x8000;

export class Listening {
  readonly received: Received[] = [];
  /** What proxies said of each query. */
  readonly proxies: (ProxyHeader | undefined)[] = [];
  /** What to do with a query; at first, nothing. */
  onQuery: (query: Received) => void = () => {};
  listener!: TcpListener;
  /** Those of the listener's connections: idle, and in all. */
  readonly timers: PlayedTimers = new PlayedTimers();
  readonly #streams: Stream[] = [];
  #wake: () => void = () => {};

  static async start(
    limits: Partial<TcpLimits> = {},
    proxies?: TcpAddress['proxies'],
    { security, isProxy }: Pick<TcpAddress, 'security' | 'isProxy'> = {},
  ): Promise<Listening> {
    const made = new Listening();
    made.listener = await listenTcp(
      { address: '127.0.0.1', port: 0, proxies, security, isProxy },
      {
        message(octets, { address, port, proxy }, number) {
          const id = octets[0]! * 256 + octets[1]!;
          made.proxies.push(proxy);
          made.#take({ id, connection: number, address, port });
        },
        touched: () => {},
      },
      { ...TCP_LIMITS, ...limits },
      made.timers.start,
    );
    return made;
  }

  async open(from?: string): Promise<Stream> {
    return this.keep(await Stream.open({ ...this.target, ...(from !== undefined && { from }) }));
  }

  get target(): Target {
    const { address, port } = this.listener;
    return { address, port };
  }

  /** Closes the stream with the listener. */
  keep(stream: Stream): Stream {
    this.#streams.push(stream);
    return stream;
  }

  /** Opens a connection that the listener has taken, so that its timers run. */
  async openTimed(): Promise<Stream> {
    const before = this.timers.count;
    const stream = await this.open();
    while (this.timers.count === before) await new Promise((resolve) => setImmediate(resolve));
    return stream;
  }

  /** Waits until so many connections have been taken and are there: each has two timers. */
  accepted(count: number): Promise<void> {
    return this.until(() => this.timers.count >= 2 * count);
  }

  async until(isSo: () => boolean): Promise<void> {
    while (!isSo()) await new Promise((resolve) => setImmediate(resolve));
  }

  /** Waits until so many queries have come. */
  async queries(count: number): Promise<readonly Received[]> {
    while (this.received.length < count) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return this.received;
  }

  readonly reply = ({ id, connection }: Received, octets: Uint8Array = one(id)): void => {
    this.listener.reply(connection, octets, octets.length);
    this.listener.flush();
  };

  readonly more = ({ connection }: Received, ...octets: Uint8Array[]): void => {
    for (const each of octets) this.listener.more(connection, each, each.length);
    this.listener.flush();
  };

  readonly drop = ({ connection }: Received): void => {
    this.listener.drop(connection);
    this.listener.flush();
  };

  /** Others ask and are answered, so that all that was under way before has arrived. */
  async others(): Promise<void> {
    const stream = await this.open('127.0.0.9');
    for (let id = OTHERS; id < OTHERS + 5; id++) {
      stream.ask(one(id));
      await stream.next();
    }
    stream.close();
  }

  close(): void {
    for (const stream of this.#streams) stream.close();
    this.listener.close();
  }

  #take(query: Received): void {
    if (query.id >= OTHERS) return this.reply(query);
    this.received.push(query);
    this.onQuery(query);
    this.#wake();
  }
}

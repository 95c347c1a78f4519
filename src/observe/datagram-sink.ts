/** Sends each frame as a datagram. */

import { createSocket, type Socket } from 'node:dgram';
import type { Sink, SinkEvents } from './sink.ts';

/** Datagrams that may be on their way to the kernel. */
const MOST_WAITING = 1024;
/** Milliseconds between two tries to have a socket that takes datagrams. */
const RETRY_MS = 1000;

/** By UDP: the kernel takes it, and nobody knows whether it arrives. */
export class UdpSink implements Sink {
  sent = 0;
  dropped = 0;
  #waiting = 0;
  /** Until nothing waits. */
  #idle: Promise<void> = Promise.resolve();
  #rest: () => void = () => {};
  readonly #socket: Socket;
  readonly #to: { readonly address: string; readonly port: number };

  constructor(to: { readonly address: string; readonly port: number }, events: SinkEvents) {
    this.#to = to;
    this.#socket = createSocket(to.address.includes(':') ? 'udp6' : 'udp4');
    this.#socket.on('error', (error) => events.down(error.message));
    this.#socket.unref();
    events.up();
  }

  get isReady(): boolean {
    return this.#waiting < MOST_WAITING;
  }

  send(frames: readonly Buffer[]): void {
    for (const frame of frames) {
      if (this.#waiting++ === 0)
        this.#idle = new Promise((resolve) => {
          this.#rest = resolve;
        });
      this.#socket.send(frame, this.#to.port, this.#to.address, (error) => {
        if (--this.#waiting === 0) this.#rest();
        if (error === null) this.sent++;
        else this.dropped++;
      });
    }
  }

  /** What it has taken is with the kernel before. */
  async close(): Promise<void> {
    await this.#idle;
    await new Promise<void>((resolve) => this.#socket.close(resolve));
  }
}

/** A socket that datagrams are handed to: what becomes of one is known at once. */
export interface DatagramSocket {
  /** `later`: there is no room now. */
  send(octets: Buffer): 'sent' | 'later' | 'never' | 'gone';
  close(): void;
}

/** By a datagram socket of the system, which takes a datagram or reports that it has no room. */
export class LocalDatagramSink implements Sink {
  sent = 0;
  dropped = 0;
  readonly #open: () => DatagramSocket;
  readonly #events: SinkEvents;
  #socket: DatagramSocket | undefined;
  /** What there was no room for. */
  #waiting: readonly Buffer[] = [];
  #notBefore = 0;
  #said = '';

  /** `open` throws when there is no such socket, or nobody reads it. */
  constructor(open: () => DatagramSocket, events: SinkEvents) {
    this.#open = open;
    this.#events = events;
  }

  get isReady(): boolean {
    if (this.#socket === undefined && !this.#reopen()) return false;
    if (this.#waiting.length > 0) this.send([]);
    return this.#socket !== undefined && this.#waiting.length === 0;
  }

  send(frames: readonly Buffer[]): void {
    const all = [...this.#waiting, ...frames];
    this.#waiting = [];
    for (const [i, frame] of all.entries()) {
      const result = this.#socket!.send(frame);
      if (result === 'sent') this.sent++;
      else if (result === 'never') this.dropped++;
      else {
        this.#waiting = all.slice(i);
        if (result === 'gone') this.#lose('nobody reads the socket');
        return;
      }
    }
  }

  async close(): Promise<void> {
    if (this.#waiting.length > 0 && this.#socket !== undefined) this.send([]);
    this.dropped += this.#waiting.length;
    this.#socket?.close();
  }

  #reopen(): boolean {
    const time = performance.now();
    if (time < this.#notBefore) return false;
    this.#notBefore = time + RETRY_MS;
    try {
      this.#socket = this.#open();
      this.#said = '';
      this.#events.up();
      return true;
    } catch (error) {
      this.#tell((error as Error).message);
      return false;
    }
  }

  #lose(why: string): void {
    this.#socket!.close();
    this.#socket = undefined;
    this.#tell(why);
  }

  #tell(why: string): void {
    if (why !== this.#said) this.#events.down(why);
    this.#said = why;
  }
}

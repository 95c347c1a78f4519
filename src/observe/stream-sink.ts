/** Sends frames over a connection that may come and go; nobody waits for it. */

import { connect, type NetConnectOpts, type Socket } from 'node:net';
import type { StartTimer, Timer } from '../clock.ts';
import { Control, ControlReader, formatControl, formatFrames } from './frame-stream.ts';
import type { Sink, SinkEvents } from './sink.ts';
import { formatOctetCounted } from './syslog.ts';

/** Milliseconds between two tries to connect, and until a receiver has to have answered. */
const RETRY_MS = 1000;
const PATIENCE_MS = 5000;
/** Milliseconds for what is on its way when the connection is closed. */
const FAREWELL_MS = 500;
/** Octets that may wait in the socket. */
const MOST_WAITING = 1 << 20;

/** What is sent over the connection, besides frames. */
export interface StreamProtocol {
  /** What the connection begins with, and what is answered to what comes back. */
  readonly greeting: Buffer | undefined;
  answerer(): (chunk: Buffer) => { readonly answer?: Buffer; readonly isReady: boolean };
  format(frames: readonly Buffer[]): Buffer;
  /** What is sent last. */
  readonly farewell: Buffer | undefined;
}

/** syslog over TCP: nothing but messages. */
export const SYSLOG_STREAM: StreamProtocol = {
  greeting: undefined,
  answerer: () => () => ({ isReady: true }),
  format: formatOctetCounted,
  farewell: undefined,
};

/** Frame Streams with a handshake in both directions. */
export const FRAME_STREAM: StreamProtocol = {
  greeting: formatControl(Control.READY),
  answerer: () => {
    const reader = new ControlReader();
    let isReady = false;
    return (chunk) => {
      if (!reader.push(chunk).includes(Control.ACCEPT) || isReady) return { isReady };
      isReady = true;
      return { answer: formatControl(Control.START), isReady };
    };
  },
  format: formatFrames,
  farewell: formatControl(Control.STOP),
};

export class StreamSink implements Sink {
  sent = 0;
  dropped = 0;
  readonly #to: NetConnectOpts;
  readonly #protocol: StreamProtocol;
  readonly #events: SinkEvents;
  readonly #startTimer: StartTimer;
  #socket: Socket | undefined;
  #isReady = false;
  #isClosing = false;
  #retry: Timer | undefined;

  constructor(
    to: NetConnectOpts,
    protocol: StreamProtocol,
    events: SinkEvents,
    startTimer: StartTimer = setTimeout,
  ) {
    this.#to = to;
    this.#protocol = protocol;
    this.#events = events;
    this.#startTimer = startTimer;
    this.#connect();
  }

  get isReady(): boolean {
    return this.#isReady && this.#socket!.writableLength < MOST_WAITING;
  }

  send(frames: readonly Buffer[]): void {
    this.#socket!.write(this.#protocol.format(frames), (error) => {
      if (error == null) this.sent += frames.length;
      else this.dropped += frames.length;
    });
  }

  async close(): Promise<void> {
    this.#isClosing = true;
    this.#retry?.close();
    const socket = this.#socket;
    if (socket === undefined || socket.destroyed) return;
    const timer = this.#startTimer(() => socket.destroy(), FAREWELL_MS);
    await new Promise((resolve) => {
      socket.once('close', resolve);
      const { farewell } = this.#protocol;
      if (!this.#isReady) socket.destroy();
      else if (farewell === undefined) socket.end();
      else socket.end(farewell);
    });
    timer.close();
  }

  #connect(): void {
    const socket = connect(this.#to);
    const answer = this.#protocol.answerer();
    let why = 'it has closed the connection';
    const { greeting } = this.#protocol;
    const timer = this.#startTimer(() => {
      socket.destroy(new Error('it does not answer'));
    }, PATIENCE_MS);
    const ready = () => {
      timer.close();
      if (this.#isReady) return;
      this.#isReady = true;
      this.#events.up();
    };
    socket.on('connect', () => (greeting === undefined ? ready() : socket.write(greeting)));
    socket.on('data', (chunk: Buffer) => {
      try {
        const { answer: octets, isReady } = answer(chunk);
        if (octets !== undefined) socket.write(octets);
        if (isReady) ready();
      } catch (error) {
        socket.destroy(error as Error);
      }
    });
    socket.on('error', (error) => {
      why = error.message;
    });
    socket.on('close', () => {
      timer.close();
      this.#isReady = false;
      if (this.#isClosing) return;
      this.#events.down(why);
      this.#retry = this.#startTimer(() => this.#connect(), RETRY_MS);
      this.#retry.unref();
    });
    socket.unref();
    this.#socket = socket;
  }
}

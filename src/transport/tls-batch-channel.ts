/** DNS by TLS or HTTPS to an upstream for a thread that blocks in poll (Linux). */

import { now } from '../clock.ts';
import { errorName } from './batch-socket.ts';
import type { SecuredRemote } from './channels.ts';
import { allocate, type Libc, type Memory } from './libc.ts';
import type { SocketAddress } from './socket-address.ts';
import type { PolledStream } from './tcp-batch-channel.ts';
import { BatchConnection, type StreamState } from './tcp-batch-connection.ts';
import { createDialect, HANDSHAKE_MS, TLS_LIMITS } from './tls-dialects.ts';
import { type TlsContext, TlsEngine } from './tls-engine.ts';
import {
  closedInHandshake,
  connectionFailure,
  handshakeFailure,
  type SecuredPeer,
  slowHandshake,
  type TlsFault,
  type TlsFaultReason,
} from './tls-fault.ts';
import type { PolledSocket } from './udp-batch-channel.ts';
import type { DialectEvents, UpstreamDialect } from './upstream-dialect.ts';

/** Octets of a record and what is around it, or of several. */
const ROOM = 1 << 17;
/** Connections are handled one after the other: plain octets out and in, and sealed ones. */
let memories: { readonly out: Memory; readonly in: Memory; readonly sealed: Memory } | undefined;

export interface TlsBatchEvents {
  failed(id: number, reason: string): void;
  secured(peer: SecuredPeer): void;
  unsecured(reason: TlsFaultReason): void;
}

export class TlsBatchStream implements PolledStream {
  readonly number: number;
  /** It has been secured with whom it should. */
  isConnected = false;
  readonly #connection: BatchConnection;
  readonly #tls: TlsEngine;
  readonly #dialect: UpstreamDialect;
  readonly #on: TlsBatchEvents;
  readonly #closed: () => void;
  readonly #openedAt = now();
  readonly #memory: NonNullable<typeof memories>;
  #hasBegun = false;
  #hasFailed = false;

  /** Begins to connect. Throws a SystemError. */
  constructor(
    libc: Libc,
    { number, closed }: Pick<PolledSocket, 'number' | 'closed'>,
    {
      address,
      remote,
      context,
    }: { address: SocketAddress; remote: SecuredRemote; context: TlsContext },
    on: TlsBatchEvents,
  ) {
    memories ??= { out: allocate(ROOM), in: allocate(ROOM), sealed: allocate(ROOM) };
    this.#memory = memories;
    this.number = number;
    this.#closed = closed;
    this.#on = on;
    this.#dialect = createDialect(remote);
    this.#connection = new BatchConnection(libc, address);
    this.#tls = new TlsEngine(context);
  }

  get fd(): number {
    return this.#connection.fd;
  }

  get unsent(): number {
    return this.#connection.unsent;
  }

  get isFull(): boolean {
    return this.#dialect.isFull;
  }

  get isSecuring(): boolean {
    return this.#connection.isMade && !this.isConnected;
  }

  get events(): number {
    return this.#connection.events;
  }

  send(octets: Uint8Array, length: number): void {
    this.#dialect.ask(octets, length);
  }

  flush(): void {
    if (this.isConnected && this.#write()) this.#send();
  }

  /** Seals what is to be asked; false when there is nothing. */
  #write(): boolean {
    const { out } = this.#memory;
    let isAny = false;
    for (let piece = this.#dialect.take(); piece !== undefined; piece = this.#dialect.take()) {
      isAny = true;
      for (let at = 0; at < piece.length; at += out.length) {
        const length = piece.copy(out, 0, at);
        this.#tls.write(out, length);
      }
    }
    return isAny;
  }

  handle(revents: number, onMessage: (octets: Buffer) => void): StreamState | TlsFault {
    let fault: StreamState | TlsFault = 'open';
    const state = this.#connection.handle(revents, (octets, length) => {
      this.#tls.receive(octets, length);
      fault = this.#isReady() ?? this.#read(onMessage);
    });
    if (this.#connection.isMade && !this.#hasBegun) fault = this.#isReady() ?? 'open';
    if (fault !== 'open') return this.#fail(fault);
    if (state === 'open') return this.#dialect.isOver ? 'closed' : 'open';
    return this.isConnected ? state : this.#fail(this.#faultOf(state));
  }

  /** A handshake that takes too long. */
  lateness(time: number): TlsFault | undefined {
    if (this.isConnected || time - this.#openedAt < HANDSHAKE_MS) return undefined;
    return this.#fail(slowHandshake(this.#connection.isMade, HANDSHAKE_MS)) as TlsFault;
  }

  close(): void {
    const isStuck = !this.isConnected && now() - this.#openedAt >= TLS_LIMITS.connect;
    if (isStuck && !this.#hasFailed) this.#on.unsecured('timeout');
    if (this.isConnected) {
      this.#tls.end();
      this.#send();
    }
    this.#connection.close();
    this.#tls.free();
    this.#closed();
  }

  /** Goes on with the handshake; undefined when it is over. */
  #isReady(): StreamState | TlsFault | undefined {
    if (this.isConnected) return undefined;
    this.#hasBegun = true;
    const result = this.#tls.handshake();
    this.#send();
    if (result === undefined) return 'open';
    if ('reason' in result) return result;
    this.isConnected = true;
    this.#on.secured(result);
    this.flush();
    return undefined;
  }

  #read(onMessage: (octets: Buffer) => void): StreamState | TlsFault {
    const memory = this.#memory.in;
    const on: DialectEvents = {
      answered: onMessage,
      failed: (id, reason) => this.#on.failed(id, reason),
    };
    for (;;) {
      const read = this.#tls.read(memory);
      if (read === 0) break;
      if (typeof read !== 'number') return read;
      this.#dialect.push(memory.subarray(0, read), on);
    }
    this.#write();
    // Also what TLS itself may have to say: that it has new keys.
    this.#send();
    return 'open';
  }

  #send(): void {
    const { sealed } = this.#memory;
    let count: number;
    do {
      count = this.#tls.take(sealed);
      if (count > 0) this.#connection.send(sealed, count);
      // Less than there is room for is all that there was: each call costs.
    } while (count === sealed.length);
  }

  /** What came of it before it was secured is why it has not been. */
  #fail(fault: StreamState | TlsFault): StreamState | TlsFault {
    if (this.isConnected) return typeof fault === 'object' && 'reason' in fault ? 'closed' : fault;
    this.#hasFailed = true;
    if (typeof fault === 'object' && 'reason' in fault) this.#on.unsecured(fault.reason);
    return fault;
  }

  #faultOf(state: StreamState): TlsFault {
    if (typeof state !== 'object') return closedInHandshake();
    const code = errorName(state.errno);
    return this.#connection.isMade ? handshakeFailure(code) : connectionFailure(code);
  }
}

/** A TLS connection to an upstream, by the event loop, and what is spoken on it. */

import type { TLSSocket } from 'node:tls';
import { now } from '../clock.ts';
import { reasonOf, type SecuredRemote } from './channels.ts';
import type { Stream } from './stream-pool.ts';
import { connectTls, type TlsSession } from './tls-client.ts';
import { createDialect, HANDSHAKE_MS, PROTOCOLS, TLS_LIMITS } from './tls-dialects.ts';
import { type SecuredPeer, slowHandshake, type TlsFault } from './tls-fault.ts';
import type { TlsSessions } from './tls-sessions.ts';
import type { UpstreamDialect } from './upstream-dialect.ts';

export interface TlsConnectionEvents {
  answered(octets: Buffer): void;
  failed(id: number, reason: string): void;
  secured(peer: SecuredPeer): void;
  unsecured(fault: TlsFault): void;
  ended(reason: string, wasConnected: boolean): void;
}

export class TlsConnection implements Stream {
  readonly number: number;
  isConnected = false;
  isSecuring = false;
  readonly #socket: TLSSocket;
  readonly #dialect: UpstreamDialect;
  readonly #on: TlsConnectionEvents;
  readonly #openedAt = now();
  #isWriting = false;
  #hasFailed = false;
  #isClosed = false;

  constructor(
    number: number,
    remote: SecuredRemote,
    sessions: TlsSessions<TlsSession>,
    on: TlsConnectionEvents,
  ) {
    const { security } = remote;
    this.number = number;
    this.#on = on;
    this.#dialect = createDialect(remote);
    const { isOpportunistic } = security;
    const protocols = PROTOCOLS[security.protocol];
    const session = sessions.take();
    const options = { remote, trust: security, protocols, timeout: HANDSHAKE_MS, isOpportunistic };
    this.#socket = connectTls(
      { ...options, session },
      {
        secured: (peer) => this.#begin(peer),
        failed: (fault) => {
          if (this.#isClosed) return;
          this.#hasFailed = true;
          on.unsecured(fault);
          on.ended(fault.evidence, false);
        },
        resumable: (given) => sessions.keep(given),
      },
    );
    this.#socket.once('connect', () => {
      this.isSecuring = true;
    });
  }

  get unsent(): number {
    return this.#socket.writableLength;
  }

  get isFull(): boolean {
    return this.#dialect.isFull;
  }

  send(octets: Uint8Array, length: number): void {
    this.#dialect.ask(octets, length);
    if (this.isConnected) this.#write();
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    const waited = now() - this.#openedAt;
    const isStuck = !this.isConnected && waited >= TLS_LIMITS.connect;
    if (isStuck && !this.#hasFailed)
      this.#on.unsecured(slowHandshake(this.isSecuring, Math.round(waited)));
    this.#socket.destroy();
  }

  #begin(peer: SecuredPeer): void {
    this.isSecuring = false;
    this.isConnected = true;
    this.#on.secured(peer);
    let reason = 'closed';
    const socket = this.#socket;
    socket.on('data', (chunk: Buffer) => this.#push(chunk));
    socket.on('error', (error) => {
      reason = reasonOf(error);
    });
    // A server that has closed its side takes no more questions.
    socket.on('end', () => this.#end(reason));
    socket.on('close', () => this.#end(reason));
    this.#write();
  }

  #push(chunk: Buffer): void {
    this.#dialect.push(chunk, {
      answered: (octets) => {
        if (!this.#isClosed) this.#on.answered(octets);
      },
      failed: (id, reason) => {
        if (!this.#isClosed) this.#on.failed(id, reason);
      },
    });
    if (this.#isClosed) return;
    this.#write();
    if (this.#dialect.isOver) this.#end('closed');
  }

  /** Writes of one turn would share records: the next begins when the last is over. */
  #write(): void {
    if (this.#isWriting) return;
    const next = this.#dialect.take();
    if (next === undefined) return;
    this.#isWriting = true;
    this.#socket.write(next, () => {
      this.#isWriting = false;
      if (!this.#isClosed) this.#write();
    });
  }

  #end(reason: string): void {
    if (!this.#isClosed) this.#on.ended(reason, this.isConnected);
  }
}

/** What comes before a connection's messages: a proxy's header, a TLS handshake. */

import type { Socket } from 'node:net';
import type { HandshakeFault } from './handshake-fault.ts';
import { INCOMPLETE, type ProxyHeader } from './proxy-protocol.ts';
import type { TlsHandshakes } from './tls-handshakes.ts';

export interface EntranceEvents {
  /** The proxy has said for whom it speaks; false when that client gets no connection. */
  introduced(): boolean;
  /** It does not begin with a proxy's header. */
  headerless(): void;
  /** The handshake has failed. */
  unsecured(fault: HandshakeFault): void;
  /** Messages come by `stream`; the first octets of them are `octets`. */
  opened(stream: Socket, octets: Buffer | undefined): void;
}

export class StreamEntrance {
  readonly #socket: Socket;
  readonly #proxy: ProxyHeader | undefined;
  readonly #tls: TlsHandshakes | undefined;
  readonly #events: EntranceEvents;
  #head: Buffer = Buffer.alloc(0);
  #step: 'header' | 'handshake' | 'over' = 'header';

  constructor(
    socket: Socket,
    { proxy, tls }: { proxy: ProxyHeader | undefined; tls: TlsHandshakes | undefined },
    events: EntranceEvents,
  ) {
    this.#socket = socket;
    this.#proxy = proxy;
    this.#tls = tls;
    this.#events = events;
  }

  /** Whether no message can have come yet. */
  get isClosed(): boolean {
    return this.#step !== 'over';
  }

  begin(): void {
    if (this.#proxy === undefined) this.#open(undefined);
    else this.#socket.on('data', this.#readHeader);
  }

  /** The connection is closed: by the client, because it took too long, or because we wanted. */
  end(why: 'closed' | 'timeout' | 'ours'): void {
    const step = this.#step;
    this.#step = 'over';
    if (why === 'ours') return;
    if (step === 'header' && this.#head.length > 0) this.#events.headerless();
    if (step === 'handshake') this.#events.unsecured(why);
  }

  readonly #readHeader = (chunk: Buffer): void => {
    this.#head = Buffer.concat([this.#head, chunk]);
    const length = this.#proxy!.parse(this.#head);
    if (length === INCOMPLETE) return;
    this.#socket.off('data', this.#readHeader);
    if (length < 0) {
      this.end('closed');
      this.#socket.destroy();
    } else if (this.#events.introduced()) {
      this.#open(this.#head.subarray(length));
    } else {
      this.end('ours');
      this.#socket.destroy();
    }
  };

  #open(octets: Buffer | undefined): void {
    const tls = this.#tls;
    if (tls === undefined) {
      this.#step = 'over';
      return this.#events.opened(this.#socket, octets);
    }
    this.#step = 'handshake';
    if (octets !== undefined) {
      // Whoever reads the handshake finds what came behind the header.
      this.#socket.pause();
      if (octets.length > 0) this.#socket.unshift(octets);
    }
    tls.begin(this.#socket, {
      done: (secured) => {
        if (this.#step !== 'handshake') return;
        this.#step = 'over';
        this.#events.opened(secured, undefined);
      },
      failed: (fault) => {
        if (this.#step !== 'handshake') return;
        this.#step = 'over';
        this.#events.unsecured(fault);
        this.#socket.destroy();
      },
    });
  }
}

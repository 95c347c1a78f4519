/** TLS in front of a stream's messages: certificates by name, session tickets, failed handshakes. */

import { constants, randomBytes, X509Certificate } from 'node:crypto';
import type { Socket } from 'node:net';
import type { SecureContext, Server, TLSSocket, TlsOptions } from 'node:tls';
import { type HandshakeFault, handshakeFault } from './handshake-fault.ts';

/** A certificate with those that it is signed by, and its key, in PEM. */
export interface TlsIdentity {
  readonly certificate: string;
  readonly key: string;
}

/** Not an import: who serves nobody by TLS starts sooner without it. */
const tls = () => process.getBuiltinModule('node:tls');

/** Octets of what session tickets are sealed with. */
const TICKET_KEYS = 48;

/** TLS 1.2 without handshakes within a connection, each of which costs us more than the client. */
const VERSIONS: Pick<TlsOptions, 'minVersion' | 'secureOptions'> = {
  minVersion: 'TLSv1.2',
  secureOptions: constants.SSL_OP_NO_RENEGOTIATION,
};

/** Sealed by one listener of the process, a ticket is good at all of them, also after a reload. */
let ticketKeys: Buffer = randomBytes(TICKET_KEYS);

/** Seals tickets otherwise, at each listener from its next `use` on: who has an older one shakes hands anew. */
export function renewTicketKeys(): void {
  ticketKeys = randomBytes(TICKET_KEYS);
}

interface Waiting {
  readonly done: (secured: TLSSocket) => void;
  readonly failed: (fault: HandshakeFault) => void;
}

export class TlsHandshakes {
  readonly #protocols: readonly string[];
  #server: Server;
  /** By the addresses of both ends: those of one connection at a time. */
  readonly #waiting: Map<string, Waiting> = new Map();

  /** `protocols` are names of what is spoken within (ALPN). Throws for what is no certificate. */
  constructor(protocols: readonly string[], identities: readonly TlsIdentity[]) {
    this.#protocols = protocols;
    this.#server = this.#createServer(identities);
  }

  /** Shows other certificates from now on; what is connected stays. Throws as at first. */
  use(identities: readonly TlsIdentity[]): void {
    this.#server = this.#createServer(identities);
  }

  /** Shakes hands on a connection whose first octets may have been read and put back. */
  begin(socket: Socket, waiting: Waiting): void {
    const key = connectionKey(socket);
    this.#waiting.set(key, waiting);
    socket.once('close', () => {
      if (this.#waiting.get(key) === waiting) this.#waiting.delete(key);
    });
    this.#server.emit('connection', socket);
  }

  #createServer(identities: readonly TlsIdentity[]): Server {
    const server = tls().createServer(serverOptions(this.#protocols, identities));
    server.on('secureConnection', (secured) => {
      const waiting = this.#take(secured);
      // Reset by the client meanwhile, it has no addresses any more: nothing else would close it.
      if (waiting === undefined) secured.destroy();
      else waiting.done(secured);
    });
    server.on('tlsClientError', (error, secured) => {
      this.#take(secured)?.failed(handshakeFault(error));
    });
    return server;
  }

  #take(secured: TLSSocket): Waiting | undefined {
    const key = connectionKey(secured);
    const waiting = this.#waiting.get(key);
    this.#waiting.delete(key);
    return waiting;
  }
}

function connectionKey({ localAddress, remoteAddress, remotePort }: Socket): string {
  return `${localAddress} ${remoteAddress} ${remotePort}`;
}

/** A client without ALPN is served; one that wants something else alone is not (RFC 7301). */
function serverOptions(
  protocols: readonly string[],
  identities: readonly TlsIdentity[],
): TlsOptions {
  const contexts = contextsOf(identities);
  const [first] = contexts;
  return {
    ...keyPairs(first!.identities),
    ...VERSIONS,
    ALPNProtocols: [...protocols],
    ticketKeys,
    ...(contexts.length > 1 && {
      SNICallback: (name, done) => done(null, contextFor(contexts, name).context),
    }),
  };
}

/** Certificates for the same names: a client gets the one whose kind of key it knows. */
interface NamedContext {
  readonly leaf: X509Certificate;
  readonly identities: readonly TlsIdentity[];
  readonly context: SecureContext;
}

function contextsOf(identities: readonly TlsIdentity[]): readonly NamedContext[] {
  const byNames = new Map<string, TlsIdentity[]>();
  for (const identity of identities) {
    const { subjectAltName, subject } = new X509Certificate(identity.certificate);
    const names = subjectAltName ?? subject;
    byNames.set(names, [...(byNames.get(names) ?? []), identity]);
  }
  return [...byNames.values()].map((alike) => ({
    leaf: new X509Certificate(alike[0]!.certificate),
    identities: alike,
    context: tls().createSecureContext({ ...keyPairs(alike), ...VERSIONS, ticketKeys }),
  }));
}

function keyPairs(identities: readonly TlsIdentity[]): { cert: string[]; key: string[] } {
  return {
    cert: identities.map(({ certificate }) => certificate),
    key: identities.map(({ key }) => key),
  };
}

/** The first that is for the name; a name that none is for gets the first of all. */
function contextFor(contexts: readonly NamedContext[], name: string): NamedContext {
  return contexts.find(({ leaf }) => leaf.checkHost(name) !== undefined) ?? contexts[0]!;
}

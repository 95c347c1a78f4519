/**
 * TLS to a server over the event loop, with its certificate verified always: nothing is said to a
 * server that is not verified, and `failed` has the reason.
 */

import { createHash, type X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import type { ConnectionOptions, TLSSocket } from 'node:tls';
import type { Remote } from './channels.ts';
import {
  alpnFault,
  certificateFault,
  closedInHandshake,
  connectionFailure,
  handshakeFailure,
  type SecuredPeer,
  securedPeer,
  slowHandshake,
  type TlsFault,
  type TlsTrust,
} from './tls-fault.ts';

/** What a later connection may go on with: it shows no certificate again. */
export interface TlsSession {
  readonly octets: Buffer;
  readonly leaf: X509Certificate;
}

export interface TlsClientOptions {
  readonly remote: Remote;
  readonly trust: TlsTrust;
  /** A certificate that is not in order is no obstacle. */
  readonly isOpportunistic?: boolean;
  /** What is to be spoken (ALPN); a server that names none is taken to speak the first. */
  readonly protocols: readonly string[];
  /** The oldest version that is spoken; TLS 1.2 without it. */
  readonly minVersion?: 'TLSv1.3';
  /** Milliseconds for the connection and the handshake together. */
  readonly timeout: number;
  /** The address of this host that it is asked from; the system's choice without it. */
  readonly localAddress?: string;
  /** What the server gets to see, if it asks: certificate and key in PEM. */
  readonly identity?: { readonly certificate: string; readonly key: string } | undefined;
  /** A session of an earlier connection with the same trust. */
  readonly session?: TlsSession | undefined;
}

export interface TlsClientEvents {
  /**
   * The server is who it ought to be, or its certificate does not matter, and `doubt` is what is
   * wrong with it: the socket may be used.
   */
  secured(peer: SecuredPeer, doubt?: TlsFault): void;
  /** It cannot be used; it has been destroyed. Called at most once, and instead of `secured`. */
  failed(fault: TlsFault): void;
  /** A session that a later connection may go on with, of a server that was verified. */
  resumable?(session: TlsSession): void;
}

/**
 * Connects. The socket is returned at once, so that it can be destroyed; nothing may be written
 * to it before `secured`. After that it is a socket like any other: its `error` and `close` events
 * are the caller's. Throws for an identity or `ca` that is no PEM.
 */
export function connectTls(options: TlsClientOptions, on: TlsClientEvents): TLSSocket {
  const { remote, trust, protocols, timeout } = options;
  let isConnected = false;
  let isOver = false;
  const socket = process.getBuiltinModule('node:tls').connect({
    host: remote.address,
    port: remote.port,
    ...(options.localAddress !== undefined && { localAddress: options.localAddress }),
    ...tlsOptions(options),
  });
  socket.setNoDelay(true);
  const fail = (fault: TlsFault) => {
    clearTimeout(timer);
    if (isOver) return;
    isOver = true;
    socket.destroy();
    on.failed(fault);
  };
  const timer = setTimeout(() => fail(slowHandshake(isConnected, timeout)), timeout);
  socket.once('connect', () => {
    isConnected = true;
  });
  socket.on('error', (error: NodeJS.ErrnoException) => {
    const code = error.code ?? error.message;
    fail(isConnected ? handshakeFailure(code, error.message, protocols) : connectionFailure(code));
  });
  socket.once('end', () => fail(closedInHandshake()));
  socket.once('close', () => fail(closedInHandshake()));
  // They come before the handshake of TLS 1.2 is over, and after that of TLS 1.3.
  let early: Buffer | undefined;
  let verified: X509Certificate | undefined;
  socket.on('session', (octets: Buffer) => {
    if (verified === undefined) early = octets;
    else on.resumable?.({ octets, leaf: verified });
  });
  socket.once('secureConnect', () => {
    if (isOver) return;
    const leaf = socket.isSessionReused() ? options.session?.leaf : socket.getPeerX509Certificate();
    const doubt = verify(socket, leaf, trust);
    const isObstacle = options.isOpportunistic !== true || leaf === undefined;
    const fault = alpnFault(socket.alpnProtocol, protocols) ?? (isObstacle ? doubt : undefined);
    if (fault !== undefined) return fail(fault);
    isOver = true;
    clearTimeout(timer);
    verified = leaf;
    on.secured(securedPeer(leaf!, trust.name, doubt), doubt);
    if (early !== undefined) on.resumable?.({ octets: early, leaf: leaf! });
  });
  return socket;
}

/** Node's own check would name no dates; the same is checked here, for every shell alike. */
function tlsOptions(options: TlsClientOptions): ConnectionOptions {
  const { trust, protocols, identity, session, minVersion = 'TLSv1.2' } = options;
  const { name, ca } = trust;
  return {
    // A name is sent, an address is not (RFC 6066 section 3).
    ...(isIP(name) === 0 && { servername: name }),
    ...(ca !== undefined && { ca }),
    ...(identity !== undefined && { cert: identity.certificate, key: identity.key }),
    ...(session !== undefined && { session: session.octets }),
    ALPNProtocols: [...protocols],
    minVersion,
    rejectUnauthorized: false,
    checkServerIdentity: () => undefined,
  };
}

function verify(
  socket: TLSSocket,
  leaf: X509Certificate | undefined,
  trust: TlsTrust,
): TlsFault | undefined {
  // Its type says Error; it is the code, or null.
  const error = socket.authorizationError as unknown as string | null;
  const keyHashes = socket.isSessionReused() ? undefined : keyHashesOf(leaf);
  return certificateFault({ error: error ?? undefined, leaf, keyHashes }, trust, Date.now());
}

/** Of the certificate and those that it was shown with. */
function keyHashesOf(leaf: X509Certificate | undefined): string[] {
  const hashes: string[] = [];
  for (let one = leaf; one !== undefined; one = one.issuerCertificate) hashes.push(keyHash(one));
  return hashes;
}

/** SHA-256 of the public key (SubjectPublicKeyInfo) in base64, as in a pin (RFC 7469). */
export function keyHash({ publicKey }: X509Certificate): string {
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  return createHash('sha256').update(spki).digest('base64');
}

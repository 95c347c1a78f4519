/**
 * TLS to a server as octets in and octets out, without I/O: for a thread that has no event loop. The
 * same checks as in `tls-client.ts`, with the same words.
 */

import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { allocate, type Memory } from './libc.ts';
import {
  type Handle,
  type OpenSsl,
  SSL_CTRL_MODE,
  SSL_CTRL_SET_MIN_PROTO_VERSION,
  SSL_CTRL_SET_TLSEXT_HOSTNAME,
  SSL_ERROR_WANT_READ,
  SSL_ERROR_ZERO_RETURN,
  SSL_MODE_RELEASE_BUFFERS,
  TLS1_2_VERSION,
} from './openssl.ts';
import { keyHash } from './tls-client.ts';
import {
  alpnFault,
  type ChannelSecurity,
  certificateFault,
  handshakeFailure,
  type SecuredPeer,
  securedPeer,
  type TlsFault,
} from './tls-fault.ts';
import { TlsSessions } from './tls-sessions.ts';

/** Codes of `SSL_get_verify_result` by their names; 0 is a chain that is in order. */
const VERIFY_ERRORS: Readonly<Record<number, string>> = {
  2: 'UNABLE_TO_GET_ISSUER_CERT',
  7: 'CERT_SIGNATURE_FAILURE',
  9: 'CERT_NOT_YET_VALID',
  10: 'CERT_HAS_EXPIRED',
  18: 'DEPTH_ZERO_SELF_SIGNED_CERT',
  19: 'SELF_SIGNED_CERT_IN_CHAIN',
  20: 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  21: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  23: 'CERT_REVOKED',
  24: 'INVALID_CA',
  26: 'INVALID_PURPOSE',
};

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** A session that a later connection goes on with: it shows no certificate again. */
interface KeptSession {
  readonly handle: Handle;
  readonly leaf: X509Certificate;
}

/** What all connections to one server have in common. */
export class TlsContext {
  readonly openSsl: OpenSsl;
  readonly security: ChannelSecurity;
  readonly protocols: readonly string[];
  readonly handle: Handle;
  readonly sessions: TlsSessions<KeptSession>;

  constructor(openSsl: OpenSsl, security: ChannelSecurity, protocols: readonly string[]) {
    this.openSsl = openSsl;
    this.security = security;
    this.protocols = protocols;
    this.handle = openSsl.SSL_CTX_new(openSsl.TLS_client_method());
    this.sessions = new TlsSessions(({ handle }) => openSsl.SSL_SESSION_free(handle));
    openSsl.SSL_CTX_ctrl(this.handle, SSL_CTRL_SET_MIN_PROTO_VERSION, TLS1_2_VERSION, null);
    openSsl.SSL_CTX_ctrl(this.handle, SSL_CTRL_MODE, SSL_MODE_RELEASE_BUFFERS, null);
    const names = memoryOf(Buffer.concat(protocols.map(withLength)));
    openSsl.SSL_CTX_set_alpn_protos(this.handle, names, names.length);
    this.#trust(security.ca);
  }

  /** What is connected goes on: OpenSSL counts who uses it. */
  close(): void {
    this.sessions.clear();
    this.openSsl.SSL_CTX_free(this.handle);
  }

  #trust(ca: string | undefined): void {
    const { openSsl } = this;
    if (ca === undefined) {
      const { getCACertificates } = process.getBuiltinModule('node:tls');
      usualStore ??= createStore(openSsl, getCACertificates());
      return openSsl.SSL_CTX_set1_cert_store(this.handle, usualStore);
    }
    const store = createStore(openSsl, ca.match(CERTIFICATE) ?? []);
    openSsl.SSL_CTX_set1_cert_store(this.handle, store);
    openSsl.X509_STORE_free(store);
  }
}

/** The authorities of Node.js, of which there are many: once for each thread. */
let usualStore: Handle | undefined;

function createStore(openSsl: OpenSsl, authorities: readonly string[]): Handle {
  const store = openSsl.X509_STORE_new();
  for (const pem of authorities) {
    const octets = memoryOf(Buffer.from(pem));
    const bio = openSsl.BIO_new(openSsl.BIO_s_mem());
    openSsl.BIO_write(bio, octets, octets.length);
    const certificate = openSsl.PEM_read_bio_X509(bio, null, null, null);
    openSsl.BIO_free(bio);
    if (certificate === 0) continue;
    openSsl.X509_STORE_add_cert(store, certificate);
    openSsl.X509_free(certificate);
  }
  openSsl.ERR_clear_error();
  return store;
}

/** What became of reading: octets, nothing yet, or the end. */
export type TlsRead = number | 'closed' | TlsFault;

/** Whoever gets what has come may close the connection by it: after `free` nothing happens any more. */
export class TlsEngine {
  readonly #context: TlsContext;
  readonly #openSsl: OpenSsl;
  readonly #ssl: Handle;
  /** What has come, and what is to be sent; freed with `#ssl`. */
  readonly #incoming: Handle;
  readonly #outgoing: Handle;
  #leaf: X509Certificate | undefined;
  /** A later connection can go on with its session. */
  #hasSession = false;
  #isFreed = false;

  constructor(context: TlsContext) {
    const { openSsl, security } = context;
    this.#context = context;
    this.#openSsl = openSsl;
    this.#ssl = openSsl.SSL_new(context.handle);
    this.#incoming = openSsl.BIO_new(openSsl.BIO_s_mem());
    this.#outgoing = openSsl.BIO_new(openSsl.BIO_s_mem());
    openSsl.SSL_set_bio(this.#ssl, this.#incoming, this.#outgoing);
    openSsl.SSL_set_connect_state(this.#ssl);
    // A name is sent, an address is not (RFC 6066 section 3).
    if (isIP(security.name) === 0) {
      const name = memoryOf(Buffer.from(`${security.name}\0`));
      openSsl.SSL_ctrl(this.#ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME, 0, name);
    }
    const session = context.sessions.take();
    if (session === undefined) return;
    openSsl.SSL_set_session(this.#ssl, session.handle);
    openSsl.SSL_SESSION_free(session.handle);
    this.#leaf = session.leaf;
  }

  /** Goes on with the handshake: undefined while it is not over. */
  handshake(): SecuredPeer | TlsFault | undefined {
    const openSsl = this.#openSsl;
    openSsl.ERR_clear_error();
    const result = openSsl.SSL_do_handshake(this.#ssl);
    if (result === 1) return this.#verify();
    if (openSsl.SSL_get_error(this.#ssl, result) === SSL_ERROR_WANT_READ) return undefined;
    return this.#fault();
  }

  /** Takes octets that have come, in memory that never moves. */
  receive(octets: Memory, length: number): void {
    if (!this.#isFreed) this.#openSsl.BIO_write(this.#incoming, octets, length);
  }

  /** Reads what the server has said: 0 for nothing more yet. */
  read(out: Memory): TlsRead {
    if (this.#isFreed) return 'closed';
    const openSsl = this.#openSsl;
    const count = openSsl.SSL_read(this.#ssl, out, out.length);
    if (count > 0) {
      this.#keepSession();
      return count;
    }
    const error = openSsl.SSL_get_error(this.#ssl, count);
    if (error === SSL_ERROR_WANT_READ) {
      this.#keepSession();
      return 0;
    }
    if (error === SSL_ERROR_ZERO_RETURN) return 'closed';
    return this.#fault();
  }

  /** Puts octets into a record of their own. */
  write(octets: Memory, length: number): void {
    if (this.#isFreed || this.#openSsl.SSL_write(this.#ssl, octets, length) > 0) return;
    // What is wrong with the connection, reading reports; left behind, it would be found for another.
    this.#openSsl.ERR_clear_error();
  }

  /** Octets for the server; 0 when there are none left. */
  take(out: Memory): number {
    if (this.#isFreed) return 0;
    return Math.max(0, this.#openSsl.BIO_read(this.#outgoing, out, out.length));
  }

  /** Nothing more will be said: without that, OpenSSL takes the session for one that is broken. */
  end(): void {
    if (this.#isFreed) return;
    this.#openSsl.SSL_shutdown(this.#ssl);
    this.#openSsl.ERR_clear_error();
  }

  free(): void {
    if (this.#isFreed) return;
    this.#isFreed = true;
    this.#openSsl.SSL_free(this.#ssl);
    this.#openSsl.ERR_clear_error();
  }

  /** TLS 1.3 brings it with the first answers; it is not asked for before there is something to read. */
  #keepSession(): void {
    if (this.#hasSession || this.#leaf === undefined) return;
    const openSsl = this.#openSsl;
    const handle = openSsl.SSL_get1_session(this.#ssl);
    if (handle === 0) return;
    if (openSsl.SSL_SESSION_is_resumable(handle) === 1) {
      this.#hasSession = true;
      this.#context.sessions.keep({ handle, leaf: this.#leaf });
    } else openSsl.SSL_SESSION_free(handle);
  }

  #verify(): SecuredPeer | TlsFault {
    const openSsl = this.#openSsl;
    const { security, protocols } = this.#context;
    const isReused = openSsl.SSL_session_reused(this.#ssl) === 1;
    const chain = isReused ? [] : this.#chain();
    const leaf = isReused ? this.#leaf : chain[0];
    this.#leaf = leaf;
    const code = openSsl.SSL_get_verify_result(this.#ssl);
    const error = code === 0 ? undefined : (VERIFY_ERRORS[code] ?? `X509_V_ERR ${code}`);
    const keyHashes = isReused ? undefined : chain.map(keyHash);
    const doubt = certificateFault({ error, leaf, keyHashes }, security, Date.now());
    const isObstacle = !security.isOpportunistic || leaf === undefined;
    const fault = alpnFault(this.#chosenProtocol(), protocols) ?? (isObstacle ? doubt : undefined);
    return fault ?? securedPeer(leaf!, security.name, doubt);
  }

  /** The certificates that the server has shown, its own first. */
  #chain(): X509Certificate[] {
    const openSsl = this.#openSsl;
    const stack = openSsl.SSL_get_peer_cert_chain(this.#ssl);
    const count = stack === 0 ? 0 : openSsl.OPENSSL_sk_num(stack);
    return Array.from({ length: count }, (_, i) => {
      const certificate = openSsl.OPENSSL_sk_value(stack, i);
      const der = allocate(openSsl.i2d_X509(certificate, null));
      const pointer = allocate(8);
      pointer.writeBigUInt64LE(BigInt(openSsl.address(der)));
      openSsl.i2d_X509(certificate, pointer);
      return new X509Certificate(der);
    });
  }

  #chosenProtocol(): string | null {
    const pointer = allocate(8);
    const length = allocate(4);
    this.#openSsl.SSL_get0_alpn_selected(this.#ssl, pointer, length);
    const count = length.readUInt32LE(0);
    if (count === 0) return null;
    // It is one of those that were offered: a server may not choose another (RFC 7301 section 3.2).
    return this.#context.protocols.find((one) => one.length === count) ?? 'another protocol';
  }

  #fault(): TlsFault {
    const openSsl = this.#openSsl;
    const code = openSsl.ERR_get_error();
    const reason = (code === 0 ? null : openSsl.ERR_reason_error_string(code)) ?? 'end of file';
    openSsl.ERR_clear_error();
    const { protocols } = this.#context;
    return handshakeFailure(reason.toUpperCase().replaceAll(' ', '_'), reason, protocols);
  }
}

/** As ALPN has names. */
function withLength(name: string): Buffer {
  return Buffer.concat([Buffer.of(name.length), Buffer.from(name)]);
}

/** A copy in memory that never moves. */
function memoryOf(octets: Uint8Array): Memory {
  const memory = allocate(octets.length);
  memory.set(octets);
  return memory;
}

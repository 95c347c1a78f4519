/**
 * The TLS of the program itself, for a thread that blocks in poll and has no event loop: OpenSSL as
 * Node.js was built with it, or was linked to, by the functions that it exports for addons. Objects
 * are numbers here, and belong to one thread.
 */

import { loadCalls, type Memory } from './libc.ts';

/** An object of OpenSSL: its address, or 0 for none. */
export type Handle = number;

/** `SSL_get_error`. */
export const SSL_ERROR_WANT_READ = 2;
export const SSL_ERROR_ZERO_RETURN = 6;

/** Commands of `SSL_ctrl` and `SSL_CTX_ctrl`, which are macros in C. */
export const SSL_CTRL_MODE = 33;
export const SSL_CTRL_SET_TLSEXT_HOSTNAME = 55;
export const SSL_CTRL_SET_MIN_PROTO_VERSION = 123;
export const SSL_MODE_RELEASE_BUFFERS = 0x10;
export const TLS1_2_VERSION = 0x0303;

export interface OpenSsl {
  TLS_client_method(): Handle;
  SSL_CTX_new(method: Handle): Handle;
  SSL_CTX_free(context: Handle): void;
  SSL_CTX_ctrl(context: Handle, command: number, number: number, pointer: Memory | null): number;
  SSL_CTX_set_alpn_protos(context: Handle, protocols: Memory, length: number): number;
  SSL_CTX_set1_cert_store(context: Handle, store: Handle): void;
  X509_STORE_new(): Handle;
  X509_STORE_free(store: Handle): void;
  X509_STORE_add_cert(store: Handle, certificate: Handle): number;
  PEM_read_bio_X509(bio: Handle, out: null, callback: null, argument: null): Handle;
  X509_free(certificate: Handle): void;
  i2d_X509(certificate: Handle, out: Memory | null): number;
  SSL_new(context: Handle): Handle;
  SSL_free(ssl: Handle): void;
  SSL_ctrl(ssl: Handle, command: number, number: number, pointer: Memory | null): number;
  SSL_set_bio(ssl: Handle, read: Handle, write: Handle): void;
  SSL_set_connect_state(ssl: Handle): void;
  SSL_do_handshake(ssl: Handle): number;
  SSL_shutdown(ssl: Handle): number;
  SSL_get_error(ssl: Handle, result: number): number;
  SSL_read(ssl: Handle, out: Memory, length: number): number;
  SSL_write(ssl: Handle, octets: Memory, length: number): number;
  SSL_get_verify_result(ssl: Handle): number;
  SSL_get_peer_cert_chain(ssl: Handle): Handle;
  SSL_get0_alpn_selected(ssl: Handle, name: Memory, length: Memory): void;
  SSL_session_reused(ssl: Handle): number;
  SSL_get1_session(ssl: Handle): Handle;
  SSL_set_session(ssl: Handle, session: Handle): number;
  SSL_SESSION_is_resumable(session: Handle): number;
  SSL_SESSION_free(session: Handle): void;
  OPENSSL_sk_num(stack: Handle): number;
  OPENSSL_sk_value(stack: Handle, index: number): Handle;
  BIO_s_mem(): Handle;
  BIO_new(method: Handle): Handle;
  BIO_free(bio: Handle): number;
  BIO_read(bio: Handle, out: Memory, length: number): number;
  BIO_write(bio: Handle, octets: Memory, length: number): number;
  ERR_clear_error(): void;
  ERR_get_error(): number;
  ERR_reason_error_string(code: number): string | null;
  address(memory: Memory): number;
}

const SIGNATURES = {
  TLS_client_method: 'size_t TLS_client_method()',
  SSL_CTX_new: 'size_t SSL_CTX_new(size_t)',
  SSL_CTX_free: 'void SSL_CTX_free(size_t)',
  SSL_CTX_ctrl: 'long SSL_CTX_ctrl(size_t, int, long, void *)',
  SSL_CTX_set_alpn_protos: 'int SSL_CTX_set_alpn_protos(size_t, const void *, uint32_t)',
  SSL_CTX_set1_cert_store: 'void SSL_CTX_set1_cert_store(size_t, size_t)',
  X509_STORE_new: 'size_t X509_STORE_new()',
  X509_STORE_free: 'void X509_STORE_free(size_t)',
  X509_STORE_add_cert: 'int X509_STORE_add_cert(size_t, size_t)',
  PEM_read_bio_X509: 'size_t PEM_read_bio_X509(size_t, void *, void *, void *)',
  X509_free: 'void X509_free(size_t)',
  i2d_X509: 'int i2d_X509(size_t, void *)',
  SSL_new: 'size_t SSL_new(size_t)',
  SSL_free: 'void SSL_free(size_t)',
  SSL_ctrl: 'long SSL_ctrl(size_t, int, long, void *)',
  SSL_set_bio: 'void SSL_set_bio(size_t, size_t, size_t)',
  SSL_set_connect_state: 'void SSL_set_connect_state(size_t)',
  SSL_do_handshake: 'int SSL_do_handshake(size_t)',
  SSL_shutdown: 'int SSL_shutdown(size_t)',
  SSL_get_error: 'int SSL_get_error(size_t, int)',
  SSL_read: 'int SSL_read(size_t, void *, int)',
  SSL_write: 'int SSL_write(size_t, const void *, int)',
  SSL_get_verify_result: 'long SSL_get_verify_result(size_t)',
  SSL_get_peer_cert_chain: 'size_t SSL_get_peer_cert_chain(size_t)',
  SSL_get0_alpn_selected: 'void SSL_get0_alpn_selected(size_t, void *, void *)',
  SSL_session_reused: 'int SSL_session_reused(size_t)',
  SSL_get1_session: 'size_t SSL_get1_session(size_t)',
  SSL_set_session: 'int SSL_set_session(size_t, size_t)',
  SSL_SESSION_is_resumable: 'int SSL_SESSION_is_resumable(size_t)',
  SSL_SESSION_free: 'void SSL_SESSION_free(size_t)',
  OPENSSL_sk_num: 'int OPENSSL_sk_num(size_t)',
  OPENSSL_sk_value: 'size_t OPENSSL_sk_value(size_t, int)',
  BIO_s_mem: 'size_t BIO_s_mem()',
  BIO_new: 'size_t BIO_new(size_t)',
  BIO_free: 'int BIO_free(size_t)',
  BIO_read: 'int BIO_read(size_t, void *, int)',
  BIO_write: 'int BIO_write(size_t, const void *, int)',
  ERR_clear_error: 'void ERR_clear_error()',
  ERR_get_error: 'unsigned long ERR_get_error()',
  ERR_reason_error_string: 'const char *ERR_reason_error_string(unsigned long)',
} as const;

let loaded: OpenSsl | string | undefined;

/** A text is the reason why this program's OpenSSL cannot be called. */
export function loadOpenSsl(): OpenSsl | string {
  loaded ??= loadCalls<OpenSsl>(SIGNATURES);
  return loaded;
}

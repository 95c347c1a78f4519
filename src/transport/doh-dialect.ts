/** DNS over HTTPS: which version of HTTP a connection speaks, the handshake has settled. */

import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { Dialect } from './dialect.ts';
import type { HttpFaults } from './http-fault.ts';
import { Http1Dialect } from './http1-dialect.ts';
import { Http2Dialect } from './http2/http2-dialect.ts';

const HTTP_2 = 'h2';
/** Names of what is spoken (ALPN), the best first. */
export const DOH_PROTOCOLS: readonly string[] = [HTTP_2, 'http/1.1'];

/** Requests that a client may have open on a connection. */
const MAX_STREAMS = 256;

/** `path` is the one that is answered; `faults` counts requests without an answer. */
export function dohDialect(path: string, faults: HttpFaults): (stream: Socket) => Dialect {
  return (stream) =>
    (stream as TLSSocket).alpnProtocol === HTTP_2
      ? new Http2Dialect(path, MAX_STREAMS, faults)
      : new Http1Dialect(path, faults);
}

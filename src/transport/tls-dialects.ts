/** What is spoken within TLS to upstreams, and how many connections there are. */

import { CHANNEL_LIMITS, type ChannelLimits } from './channel-limits.ts';
import type { SecuredRemote } from './channels.ts';
import { DotDialect } from './dot-dialect.ts';
import { DohDialect } from './http2/http2-client.ts';
import type { UpstreamDialect } from './upstream-dialect.ts';

/** `dot` alone: Unbound speaks HTTP/2 on its DoT port to whoever offers that too. */
export const PROTOCOLS = { dot: ['dot'], doh: ['h2'] } as const;

/** Milliseconds that a connection and its handshake may take together. */
export const HANDSHAKE_MS = 5000;

/** A handshake costs more than a few questions that wait on a connection. */
export const TLS_LIMITS: ChannelLimits = { ...CHANNEL_LIMITS, streams: 4, pipelined: 64 };

export function createDialect({ security, port }: SecuredRemote): UpstreamDialect {
  return security.protocol === 'dot' ? new DotDialect() : new DohDialect(security, port);
}

/** TLS connections to upstreams, by the event loop. Their numbers are negative, like those of TCP. */

import { now } from '../clock.ts';
import {
  type Channels,
  idOf,
  type Manner,
  NO_CHANNEL,
  type SecuredEvents,
  type SecuredRemote,
} from './channels.ts';
import { RecentFault, RecentFaultError } from './recent-fault.ts';
import { StreamPool } from './stream-pool.ts';
import type { TlsSession } from './tls-client.ts';
import { TlsConnection, type TlsConnectionEvents } from './tls-connection.ts';
import { TLS_LIMITS } from './tls-dialects.ts';
import type { ChannelSecurity } from './tls-fault.ts';
import { TlsSessions } from './tls-sessions.ts';

type Pool = StreamPool<TlsConnection>;

interface Pooled {
  readonly security: ChannelSecurity;
  readonly pool: Pool;
}

export class TlsChannels implements Channels<SecuredRemote> {
  readonly #events: SecuredEvents;
  readonly #pools: Map<number, Pooled> = new Map();
  #count = 0;

  constructor(events: SecuredEvents) {
    this.#events = events;
  }

  send(
    upstream: number,
    remote: SecuredRemote,
    octets: Uint8Array,
    length: number,
    manner: Manner = 'usual',
  ): number {
    let pooled = this.#pools.get(upstream) ?? this.#createPool(upstream, remote);
    if (pooled.security !== remote.security) pooled = this.#replace(upstream, pooled, remote);
    try {
      const connection = pooled.pool.pick(idOf(octets), manner, now());
      if (connection === undefined) return NO_CHANNEL;
      connection.send(octets, length);
      return connection.number;
    } catch (error) {
      if (!(error instanceof RecentFaultError)) throw error;
      const number = --this.#count;
      const end = { kind: 'failed', reason: error.code, hasAnswered: false } as const;
      setImmediate(() => this.#events.ended(upstream, number, end));
      return number;
    }
  }

  isStuck(upstream: number, channel: number, id: number, sentAt: number): boolean {
    return this.#pools.get(upstream)?.pool.isStuck(channel, id, sentAt) ?? false;
  }

  isOutlived(): boolean {
    return false;
  }

  unanswered(upstream: number, channel: number, sentAt: number): boolean {
    return this.#pools.get(upstream)?.pool.unanswered(channel, sentAt, now()) ?? false;
  }

  isSecuring(upstream: number, channel: number): boolean {
    return this.#pools.get(upstream)?.pool.find(channel)?.isSecuring ?? false;
  }

  tick(): void {
    for (const { pool } of this.#pools.values()) pool.tick(now());
  }

  close(): void {
    for (const { pool } of this.#pools.values()) pool.close();
  }

  #createPool(upstream: number, remote: SecuredRemote): Pooled {
    const sessions = new TlsSessions<TlsSession>();
    const recent = new RecentFault();
    const pool: Pool = new StreamPool((time) => {
      recent.check(time);
      const number = --this.#count;
      const events = this.#eventsOf(upstream, number, { pool, recent });
      return new TlsConnection(number, remote, sessions, events);
    }, TLS_LIMITS);
    const pooled = { security: remote.security, pool };
    this.#pools.set(upstream, pooled);
    return pooled;
  }

  #eventsOf(
    upstream: number,
    number: number,
    { pool, recent }: { readonly pool: Pool; readonly recent: RecentFault },
  ): TlsConnectionEvents {
    const events = this.#events;
    return {
      answered(octets) {
        const wasAsked = pool.heard(number, idOf(octets), now());
        if (events.answered(upstream, number, octets) && wasAsked) return;
        const hasAnswered = pool.garbled(number, wasAsked);
        events.ended(upstream, number, { kind: 'garbled', reason: 'garbled', hasAnswered });
      },
      failed(id, reason) {
        pool.heard(number, id, now());
        events.failed(upstream, number, id, reason);
      },
      secured(peer) {
        recent.secured();
        events.secured(upstream, peer);
      },
      unsecured(fault) {
        recent.failed(fault, now());
        events.unsecured(upstream, fault.reason);
      },
      ended(reason, wasConnected) {
        const hasAnswered = pool.ended(number, wasConnected, now());
        const kind = wasConnected ? 'closed' : 'failed';
        events.ended(upstream, number, { kind, reason, hasAnswered });
      },
    };
  }

  /** What was connected by another's word is over: what waits there is asked again. */
  #replace(upstream: number, { pool }: Pooled, remote: SecuredRemote): Pooled {
    const lost = pool.numbers;
    pool.close();
    const replaced = this.#createPool(upstream, remote);
    const end = { kind: 'closed', reason: 'closed', hasAnswered: true } as const;
    for (const number of lost) this.#events.ended(upstream, number, end);
    return replaced;
  }
}

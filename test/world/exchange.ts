/** Exchanges with upstreams that are only played: what was sent can be looked at. */

import type { Channels } from '../../src/forward/channels.ts';
import { Exchanges } from '../../src/forward/exchanges.ts';
import { UpstreamGroup } from '../../src/forward/group.ts';
import type { PendingQuery, Purpose } from '../../src/forward/pending-query.ts';
import type { Upstream } from '../../src/forward/upstream.ts';
import { UpstreamTable } from '../../src/forward/upstream.ts';
import { asked } from './asked.ts';

/** Nothing is to be found again. */
const NO_PURPOSE: Purpose = { clear() {} };

export const TIMEOUT = 2000;
export const QUERY = asked('www.example.com');

export interface Sent {
  readonly upstream: Upstream;
  readonly octets: Uint8Array;
  readonly transport: string;
  readonly channel: number;
  readonly manner?: string;
}

/** A group of servers, and exchanges whose questions are kept in `sent`. */
export function exchange(
  capacity: number,
  { upstreams = ['udp'], attempts = 2 }: { upstreams?: ('udp' | 'tcp')[]; attempts?: number } = {},
) {
  const table = new UpstreamTable();
  const settings = {
    name: 'default',
    strategy: 'sequential',
    timeout: TIMEOUT,
    attempts,
    probe: 0,
  } as const;
  const group = new UpstreamGroup(settings);
  group.upstreams = upstreams.map((transport, i) =>
    table.get(transport, { address: '192.0.2.1', port: 1000 + i }),
  );
  const sent: Sent[] = [];
  const send: Channels['send'] = (upstream, octets, length, transport, manner = 'usual') => {
    const channel = sent.length + 1;
    sent.push({ upstream, octets: octets.slice(0, length), transport, channel, manner });
    return channel;
  };
  /** Channels that are said to be stuck, or silent. */
  const stuck = new Set<number>();
  const silent = new Set<number>();
  const channels: Channels = {
    send,
    isStuck: (_upstream, channel) => stuck.has(channel),
    isOutlived: () => false,
    isSecuring: () => false,
    unanswered: (_upstream, channel) => silent.has(channel),
  };
  const exchanges = new Exchanges(capacity, channels, () => NO_PURPOSE);
  const open = (query = QUERY): PendingQuery => exchanges.open(query, group)!;
  return { exchanges, group, sent, open, stuck, silent };
}

/** Whether it answers by its own transport, and is of use. */
export function isUp({ health, transport, refusals, isLoop }: Upstream): boolean {
  return !health[transport].isDown && !refusals.isRefusing && !isLoop;
}

/** The ID that an upstream was sent. */
export function idOf({ octets }: Sent | Pick<Sent, 'octets'>): number {
  return octets[0]! * 256 + octets[1]!;
}

/** Exchanges with upstreams that are only played: what was sent can be looked at. */

import { Exchanges } from '../../src/forward/exchanges.ts';
import { UpstreamGroup } from '../../src/forward/group.ts';
import type { Server } from '../../src/forward/server.ts';
import { ServerTable } from '../../src/forward/server.ts';
import type { Slot } from '../../src/forward/slot.ts';
import { asked } from './asked.ts';

export const TIMEOUT = 2000;
export const QUERY = asked('www.example.com');

export interface Sent {
  readonly server: Server;
  readonly octets: Uint8Array;
  readonly transport: string;
  readonly channel: number;
}

/** A group of servers, and exchanges whose questions are kept in `sent`. */
export function exchange(
  capacity: number,
  { servers = ['udp'], attempts = 2 }: { servers?: ('udp' | 'tcp')[]; attempts?: number } = {},
) {
  const table = new ServerTable();
  const settings = {
    name: 'default',
    strategy: 'sequential',
    timeout: TIMEOUT,
    attempts,
    probe: 0,
  } as const;
  const group = new UpstreamGroup(settings);
  group.servers = servers.map((transport, i) =>
    table.get(transport, { address: '192.0.2.1', port: 1000 + i }),
  );
  const sent: Sent[] = [];
  const exchanges = new Exchanges(capacity, (server, octets, length, transport) => {
    const channel = sent.length + 1;
    sent.push({ server, octets: octets.slice(0, length), transport, channel });
    return channel;
  });
  const open = (query = QUERY): Slot => exchanges.open(query, group)!;
  return { exchanges, group, sent, open };
}

/** The ID that an upstream was sent. */
export function idOf({ octets }: Sent | Pick<Sent, 'octets'>): number {
  return octets[0]! * 256 + octets[1]!;
}

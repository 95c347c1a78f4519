/** What comes back by channels, in the order in which it comes. */

import type { ChannelEnd, ChannelEvents } from '../../src/transport/channels.ts';

export interface ChannelEvent {
  readonly upstream: number;
  readonly channel: number;
  /** What was answered; undefined for a failure. */
  readonly octets?: readonly number[];
  readonly kind?: ChannelEnd['kind'];
  readonly reason?: string;
}

export class ChannelLog implements ChannelEvents {
  readonly events: ChannelEvent[] = [];
  /** Whether what was answered is what was asked. */
  fits: (octets: Buffer) => boolean = () => true;

  answered(upstream: number, channel: number, octets: Buffer): boolean {
    this.events.push({ upstream, channel, octets: [...octets] });
    return this.fits(octets);
  }

  ended(upstream: number, channel: number, { kind, reason }: ChannelEnd): void {
    this.events.push({ upstream, channel, kind, reason });
  }

  /** Waits until so much has happened. */
  async happened(count: number): Promise<readonly ChannelEvent[]> {
    while (this.events.length < count) await new Promise(setImmediate);
    return this.events;
  }
}

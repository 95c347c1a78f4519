/** The channels of both transports over `node:dgram` and `node:net`, by the number of a channel. */

import type { ChannelEvents, Channels, Manner, Remote } from './channels.ts';
import { openTcpChannels } from './tcp-channels.ts';
import { openUdpChannels } from './udp-channels.ts';

/** A server that has a number. */
interface NumberedServer {
  readonly index: number;
  readonly endpoint: Remote;
}

export class PortableChannels {
  readonly #udp: Channels;
  readonly #tcp: Channels;

  constructor(events: ChannelEvents) {
    this.#udp = openUdpChannels(events);
    this.#tcp = openTcpChannels(events);
  }

  send(
    { index, endpoint }: NumberedServer,
    octets: Uint8Array,
    length: number,
    transport: 'udp' | 'tcp',
    manner?: Manner,
  ): number {
    const channels = transport === 'tcp' ? this.#tcp : this.#udp;
    return channels.send(index, endpoint, octets, length, manner);
  }

  isStuck({ index }: NumberedServer, channel: number, id: number, sentAt: number): boolean {
    return this.#of(channel).isStuck(index, channel, id, sentAt);
  }

  isOutlived({ index }: NumberedServer, channel: number, sentAt: number): boolean {
    return this.#of(channel).isOutlived(index, channel, sentAt);
  }

  unanswered({ index }: NumberedServer, channel: number, sentAt: number): boolean {
    return this.#of(channel).unanswered(index, channel, sentAt);
  }

  tick(): void {
    this.#udp.tick();
    this.#tcp.tick();
  }

  close(): void {
    this.#udp.close();
    this.#tcp.close();
  }

  #of(channel: number): Channels {
    return channel < 0 ? this.#tcp : this.#udp;
  }
}

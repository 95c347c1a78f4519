/** The channels of all transports over `node:dgram`, `node:net` and `node:tls`, by the number of a channel. */

import type { Channels, Manner, Remote, SecuredEvents } from './channels.ts';
import { openTcpChannels } from './tcp-channels.ts';
import { TlsChannels } from './tls-channels.ts';
import type { ChannelSecurity } from './tls-fault.ts';
import { openUdpChannels } from './udp-channels.ts';

/** A server that has a number. */
interface NumberedServer {
  readonly index: number;
  readonly endpoint: Remote;
  readonly security?: ChannelSecurity | undefined;
}

export class PortableChannels {
  readonly #udp: Channels;
  readonly #tcp: Channels;
  readonly #tls: TlsChannels;

  constructor(events: SecuredEvents) {
    this.#udp = openUdpChannels(events);
    this.#tcp = openTcpChannels(events);
    this.#tls = new TlsChannels(events);
  }

  send(
    { index, endpoint, security }: NumberedServer,
    octets: Uint8Array,
    length: number,
    transport: 'udp' | 'tcp',
    manner?: Manner,
  ): number {
    if (security !== undefined) {
      return this.#tls.send(index, { ...endpoint, security }, octets, length, manner);
    }
    const channels = transport === 'tcp' ? this.#tcp : this.#udp;
    return channels.send(index, endpoint, octets, length, manner);
  }

  isStuck(server: NumberedServer, channel: number, id: number, sentAt: number): boolean {
    return this.#of(server, channel).isStuck(server.index, channel, id, sentAt);
  }

  isOutlived(server: NumberedServer, channel: number, sentAt: number): boolean {
    return this.#of(server, channel).isOutlived(server.index, channel, sentAt);
  }

  unanswered(server: NumberedServer, channel: number, sentAt: number): boolean {
    return this.#of(server, channel).unanswered(server.index, channel, sentAt);
  }

  isSecuring({ index, security }: NumberedServer, channel: number): boolean {
    return security !== undefined && this.#tls.isSecuring(index, channel);
  }

  tick(): void {
    this.#tls.tick();
    this.#udp.tick();
    this.#tcp.tick();
  }

  close(): void {
    this.#tls.close();
    this.#udp.close();
    this.#tcp.close();
  }

  #of(
    { security }: NumberedServer,
    channel: number,
  ): Pick<Channels, 'isStuck' | 'isOutlived' | 'unanswered'> {
    if (security !== undefined) return this.#tls;
    return channel < 0 ? this.#tcp : this.#udp;
  }
}

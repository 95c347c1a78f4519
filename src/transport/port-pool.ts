/**
 * The UDP sockets of one thread to one upstream. Each is judged by its silence:
 *
 *     in use ──▶ replaced: used up, old, or silent ──▶ lingers for late answers ──▶ closed
 *        └─────▶ dropped: it cannot send, or its server refuses ──────────────────────┘
 */

import { CHANNEL_LIMITS, type ChannelLimits } from './channel-limits.ts';
import { isSilent } from './channels.ts';

/** A socket that is connected to an upstream. */
export interface Port {
  readonly number: number;
  readonly openedAt: number;
  /** Queries that left by it. */
  sent: number;
  /** When something last came by it; its `openedAt` before that. */
  heardAt: number;
  close(): void;
}

interface Lingering<P> {
  readonly port: P;
  readonly closeAt: number;
  /** It was replaced because it was silent. */
  readonly isSilent: boolean;
}

export class PortPool<P extends Port> {
  readonly #create: (now: number) => P;
  readonly #limits: ChannelLimits;
  /** Those in use, by position. */
  readonly #ports: (P | undefined)[];
  #lingering: Lingering<P>[] = [];

  constructor(create: (now: number) => P, limits: ChannelLimits = CHANNEL_LIMITS) {
    this.#create = create;
    this.#limits = limits;
    this.#ports = new Array(limits.ports).fill(undefined);
  }

  /** The socket at one of the positions, which are drawn at random; one is opened where none is. */
  pick(random: number, now: number): P {
    return this.open(random) ?? this.fresh(random, now);
  }

  /** The socket there, if it takes another query; undefined when one has to be opened. */
  open(random: number): P | undefined {
    const port = this.#ports[random % this.#ports.length];
    return port !== undefined && port.sent < this.#limits.queriesPerPort ? port : undefined;
  }

  /** A new socket in place of the one at the position. */
  fresh(random: number, now: number): P {
    const position = random % this.#ports.length;
    this.#replace(position, now);
    const port = this.#create(now);
    this.#ports[position] = port;
    return port;
  }

  /**
   * A question has timed out. Its socket, if silent, is replaced, and so is every other that was
   * open when it was sent and has been silent as long. Returns whether its own was silent.
   */
  unanswered(number: number, sentAt: number, now: number): boolean {
    const own = this.#find(number);
    if (own === undefined || !isSilent(own.heardAt, sentAt, now)) return false;
    for (let i = 0; i < this.#ports.length; i++) {
      const port = this.#ports[i];
      if (port === undefined || (port !== own && port.openedAt > sentAt)) continue;
      if (isSilent(port.heardAt, sentAt, now)) this.#replace(i, now, true);
    }
    return true;
  }

  /** Whether a question left by a socket that was found to be silent, and still is. */
  isStuck(number: number, sentAt: number): boolean {
    const one = this.#lingering.find(({ port }) => port.number === number);
    return one?.isSilent === true && one.port.heardAt < sentAt;
  }

  /**
   * Whether nothing has come by a socket in use since `sentAt`, though something has by others, all
   * of which were opened later: a slow question alone would not silence the older ones.
   */
  isOutlived(number: number, sentAt: number): boolean {
    const own = this.#ports.find((port) => port?.number === number);
    if (own === undefined || own.heardAt >= sentAt) return false;
    let isOutlived = false;
    for (const port of this.#ports) {
      if (port === undefined || port.heardAt < sentAt || port.heardAt === port.openedAt) continue;
      if (port.openedAt <= own.openedAt) return false;
      isOutlived = true;
    }
    return isOutlived;
  }

  /**
   * The socket cannot send any more. If it could before, the address or route that it was opened
   * with is gone, and with it that of the others.
   */
  unsent(port: P, now: number): void {
    this.drop(port);
    if (port.heardAt === port.openedAt) return;
    for (let i = 0; i < this.#ports.length; i++) this.#replace(i, now);
  }

  /** The socket is of no use any more, not even for answers. */
  drop(port: P): void {
    const position = this.#ports.indexOf(port);
    if (position >= 0) this.#ports[position] = undefined;
    else this.#lingering = this.#lingering.filter((one) => one.port !== port);
    port.close();
  }

  /** Replaces those that are old, and closes those that have lingered long enough. */
  tick(now: number): void {
    for (let i = 0; i < this.#ports.length; i++) {
      const port = this.#ports[i];
      if (port !== undefined && now - port.openedAt >= this.#limits.life) this.#replace(i, now);
    }
    while (this.#lingering.length > 0 && this.#lingering[0]!.closeAt <= now) {
      this.#lingering.shift()!.port.close();
    }
  }

  close(): void {
    for (const port of this.#ports) port?.close();
    for (const { port } of this.#lingering) port.close();
    this.#ports.fill(undefined);
    this.#lingering = [];
  }

  #find(number: number): P | undefined {
    const inUse = this.#ports.find((port) => port?.number === number);
    return inUse ?? this.#lingering.find(({ port }) => port.number === number)?.port;
  }

  /** Takes the socket at a position out of use; it still takes answers for a while. */
  #replace(position: number, now: number, wasSilent = false): void {
    const port = this.#ports[position];
    if (port === undefined) return;
    this.#ports[position] = undefined;
    this.#lingering.push({ port, closeAt: now + this.#limits.linger, isSilent: wasSilent });
    if (this.#lingering.length > this.#limits.lingering) this.#lingering.shift()!.port.close();
  }
}

/** Questions of our own to upstreams, and what is called with the answers. */

import type { Answer } from '../wire/answer.ts';
import { Query, type Transport } from '../wire/query.ts';
import { RrClass } from '../wire/registry.ts';
import { formatRequest } from '../wire/request.ts';
import type { Channels, Manner } from './channels.ts';
import { random16 } from './random.ts';
import type { Upstream } from './upstream.ts';

/** Milliseconds that an answer may take. */
const TIMEOUT_MS = 2000;
/** Questions that may be under way; more are not asked. */
const MOST = 64;

/** What to ask, in wire format. */
export interface Question {
  readonly name: Uint8Array;
  readonly type: number;
  readonly rrClass: number;
  /** By which transport and channel; without them the server's own, and the usual one. */
  readonly transport?: Transport;
  readonly manner?: Manner;
}

/** Called with an answer to the question in `query`. Both may be used during the call only. */
export type Hear = (answer: Answer, query: Query, time: { rttMs: number; now: number }) => void;

interface SelfQuery {
  readonly upstream: Upstream;
  readonly channel: number;
  readonly id: number;
  readonly query: Query;
  readonly sentAt: number;
  readonly hear: Hear;
}

export class SelfQueryTable {
  readonly #channels: Channels;
  #underWay: SelfQuery[] = [];

  constructor(channels: Channels) {
    this.#channels = channels;
  }

  /** Asks a server, with RD=1, and of class CHAOS for its NSID too; false when too much is being asked already. */
  ask(upstream: Upstream, question: Question, now: number, hear: Hear): boolean {
    const { name, type, rrClass, transport = upstream.transport, manner } = question;
    if (this.#underWay.length >= MOST) return false;
    const id = random16();
    const nsid = rrClass === RrClass.CH;
    const octets = formatRequest({ id, name, type, rrClass, nsid });
    const query = new Query();
    query.parse(octets, octets.length);
    const channel = this.#channels.send(upstream, octets, octets.length, transport, manner);
    this.#underWay.push({ upstream, channel, id, query, sentAt: now, hear });
    return true;
  }

  /**
   * Whether a message of which only the ID is known as yet is the answer to one; then it is
   * read and handed on, if it can be read.
   */
  take(
    { octets, length, answer }: { octets: Uint8Array; length: number; answer: Answer },
    from: { readonly upstream: Upstream; readonly channel: number },
    now: number,
  ): boolean {
    const at = this.#underWay.findIndex(({ upstream, channel, id }) => {
      return id === answer.id && upstream === from.upstream && channel === from.channel;
    });
    if (at < 0) return false;
    const { query, sentAt, hear } = this.#underWay[at]!;
    if (!answer.parse(octets, length) || !answer.matches(query)) return true;
    this.#underWay.splice(at, 1);
    hear(answer, query, { rttMs: now - sentAt, now });
    return true;
  }

  /** Gives up what has not been answered in time. */
  tick(now: number): void {
    if (this.#underWay.length === 0) return;
    this.#underWay = this.#underWay.filter(({ upstream, channel, sentAt }) => {
      const isInTime = now - sentAt < TIMEOUT_MS;
      if (!isInTime) this.#channels.unanswered(upstream, channel, sentAt);
      return isInTime;
    });
  }
}

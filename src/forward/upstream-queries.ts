/** Single questions on their way to single upstreams: their IDs, channels and timeouts. */

import { setId } from '../wire/header.ts';
import { OPT_LENGTH, padQuery } from '../wire/opt.ts';
import { MAX_PAYLOAD, type Query } from '../wire/query.ts';
import { writeForwarded, writeVerbatim } from '../wire/request.ts';
import type { Channels, Manner } from './channels.ts';
import { Deadlines } from './deadlines.ts';
import { NameCase } from './name-case.ts';
import { type PendingQuery, type Purpose, UpstreamQuery } from './pending-query.ts';
import { Pool } from './pool.ts';
import { random16 } from './random.ts';
import type { Upstream } from './upstream.ts';

/** Octets of a datagram that is asked for in place of an answer by TCP. */
const LARGE_PAYLOAD = 0xffff;

export class UpstreamQueries<P extends Purpose> {
  readonly #pool: Pool<UpstreamQuery<P>>;
  /** The upstream query, plus one, by the ID that an upstream was sent. */
  readonly #byId: Uint16Array = new Uint16Array(0x10000);
  readonly #timeouts: Deadlines;
  readonly #cases: NameCase;
  readonly #out: Uint8Array = new Uint8Array(0x10000);
  readonly #channels: Channels;

  constructor(limit: number, channels: Channels) {
    this.#pool = new Pool(limit, (i) => new UpstreamQuery(i));
    this.#timeouts = new Deadlines(limit);
    this.#cases = new NameCase(limit);
    this.#channels = channels;
  }

  /** How many may yet be asked. */
  get left(): number {
    return this.#pool.left;
  }

  /** A question of the pending query, which is about it from here on. */
  take(pending: PendingQuery<P>, upstream: Upstream): UpstreamQuery<P> {
    const current = this.#pool.take()!;
    pending.underWay.push(current);
    pending.current = current;
    current.pending = pending;
    current.upstream = upstream;
    current.edns = true;
    current.isLate = false;
    current.isExtra = false;
    current.isCaseDoubted = false;
    current.isAsWritten = false;
    return current;
  }

  /** Sends it by its transport with a new ID; also one that was sent before. */
  send(current: UpstreamQuery<P>, query: Query, manner: Manner, now: number): void {
    const { transport } = current;
    this.#forgetId(current);
    this.#timeouts.clear(current.index);
    const isLarge = transport === 'udp' && query.isByStream;
    const length = query.isVerbatim
      ? writeVerbatim(this.#out, query)
      : writeForwarded(this.#out, query, current.edns, isLarge ? LARGE_PAYLOAD : MAX_PAYLOAD);
    const { upstream } = current;
    const isPadded = upstream!.security !== undefined && current.edns && !query.isVerbatim;
    const padded = isPadded ? padQuery(this.#out, length - OPT_LENGTH, length) : length;
    current.isCased =
      mayCase(current, query, now) && this.#cases.write(current.index, this.#out, query);
    current.id = this.#freeId();
    this.#byId[current.id] = current.index + 1;
    setId(this.#out, current.id);
    current.sentAt = now;
    upstream!.health[transport].tried(now);
    current.channel = this.#channels.send(upstream!, this.#out, padded, transport, manner);
    this.#timeouts.set(current.index, now, current.pending!.group!.timeout);
  }

  /** The one with this ID by this server and channel (RFC 5452 section 9.1). */
  find(id: number, upstream: Upstream, channel: number): UpstreamQuery<P> | undefined {
    const current = this.#pool.made[this.#byId[id]! - 1];
    return current?.upstream === upstream && current.channel === channel ? current : undefined;
  }

  /** Whether an answer to it, which has its question, has it in the case that was sent. */
  hasKeptCase({ index, isCased }: UpstreamQuery<P>, query: Query, message: Uint8Array): boolean {
    return !isCased || this.#cases.isKept(index, message, query);
  }

  /** Waits for more. */
  wait({ index }: UpstreamQuery<P>, now: number, milliseconds: number): void {
    this.#timeouts.clear(index);
    this.#timeouts.set(index, now, milliseconds);
  }

  /** One that has not been answered in time; undefined when there is none. */
  expired(now: number): UpstreamQuery<P> | undefined {
    const index = this.#timeouts.expired(now);
    return index < 0 ? undefined : this.#pool.made[index];
  }

  /** Those that wait for an answer by a channel. */
  on(upstream: Upstream, channel: number): UpstreamQuery<P>[] {
    return this.#pool.made.filter((current) => {
      return (
        current.pending !== undefined &&
        current.upstream === upstream &&
        current.channel === channel
      );
    });
  }

  /** Its answer is not waited for, and is used if it comes. */
  setAside(current: UpstreamQuery<P>): void {
    this.#timeouts.clear(current.index);
    current.isLate = true;
  }

  end(current: UpstreamQuery<P>): void {
    this.#forgetId(current);
    this.#timeouts.clear(current.index);
    const { underWay } = current.pending!;
    const last = underWay.pop()!;
    if (last !== current) underWay[underWay.indexOf(current)] = last;
    current.pending = undefined;
    this.#pool.give(current);
  }

  #forgetId(current: UpstreamQuery<P>): void {
    if (this.#byId[current.id] === current.index + 1) this.#byId[current.id] = 0;
  }

  #freeId(): number {
    let id = random16();
    while (this.#byId[id] !== 0) id = random16();
    return id;
  }
}

/** By UDP alone are answers forged; by TCP it is found out whether the server keeps the case. */
function mayCase(current: UpstreamQuery<Purpose>, query: Query, now: number): boolean {
  const { upstream, transport, isCaseDoubted, isAsWritten } = current;
  if (isAsWritten || query.isVerbatim || upstream!.transport === 'tcp') return false;
  return isCaseDoubted || (transport === 'udp' && upstream!.caseKeeping.isTried(now));
}

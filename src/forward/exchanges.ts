/** Queries that wait for an upstream: which server is asked next, and whose answer is whose. */

import { moreTelling, type UpstreamRefusal } from '../decision/upstream-refusal.ts';
import { setId } from '../wire/header.ts';
import type { Query, Transport } from '../wire/query.ts';
import { formatRcode, Opcode, Rcode } from '../wire/registry.ts';
import { writeForwarded, writeVerbatim } from '../wire/request.ts';
import { Deadlines } from './deadlines.ts';
import { NO_SERVER, type UpstreamGroup } from './group.ts';
import { random16 } from './random.ts';
import type { Server } from './server.ts';
import { SLOT_OCTETS, Slot } from './slot.ts';

/**
 * Hands a query to a shell; returns the number of the channel it left by, of which an answer
 * must come back. The octets are valid during the call only.
 */
export type Send = (
  server: Server,
  octets: Uint8Array,
  length: number,
  transport: Transport,
) => number;

export class Exchanges {
  readonly #slots: readonly Slot[];
  readonly #free: Int32Array;
  #freeCount: number;
  /** Slot + 1 by the ID that an upstream was sent. */
  readonly #byId: Uint16Array = new Uint16Array(0x10000);
  readonly #deadlines: Deadlines;
  readonly #out: Uint8Array = new Uint8Array(0x10000);
  readonly #send: Send;

  /** `capacity` is at most a quarter of all IDs, so that a free one is found at once. */
  constructor(capacity: number, send: Send) {
    const octets = new Uint8Array(capacity * SLOT_OCTETS);
    this.#slots = Array.from(
      { length: capacity },
      (_, i) => new Slot(i, octets.subarray(i * SLOT_OCTETS, (i + 1) * SLOT_OCTETS)),
    );
    this.#free = Int32Array.from({ length: capacity }, (_, i) => capacity - 1 - i);
    this.#freeCount = capacity;
    this.#deadlines = new Deadlines(capacity);
    this.#send = send;
  }

  get inFlight(): number {
    return this.#slots.length - this.#freeCount;
  }

  /** A slot that holds the query; undefined when too many are in flight. */
  open(query: Query, group: UpstreamGroup): Slot | undefined {
    if (this.#freeCount === 0) return undefined;
    const slot = this.#slots[this.#free[--this.#freeCount]!]!;
    slot.keep(query, group);
    return slot;
  }

  /**
   * Asks the next server of the group; false when none is left. `query` is the slot's query.
   * Once a server has refused, each of the others is asked at most once more. An update is sent
   * once: a server that did not answer may have carried it out.
   */
  ask(slot: Slot, query: Query, now: number): boolean {
    if (query.opcode !== Opcode.QUERY && slot.tried !== 0) return false;
    const group = slot.group!;
    let position = group.choose(slot.tried, slot.start, now);
    if (position === NO_SERVER) {
      if (slot.refusal !== undefined || ++slot.round >= group.attempts) return false;
      slot.tried = 0;
      position = group.choose(0, slot.start, now);
      if (position === NO_SERVER) return false;
    }
    slot.tried |= 1 << position;
    slot.edns = true;
    slot.byTcp = false;
    slot.server = group.servers[position]!;
    this.askAgain(slot, query, now);
    return true;
  }

  /** Asks the same server, with a new ID and from another port. */
  askAgain(slot: Slot, query: Query, now: number): void {
    this.#forgetId(slot);
    this.#deadlines.clear(slot.index);
    const server = slot.server!;
    const length = query.isVerbatim
      ? writeVerbatim(this.#out, query)
      : writeForwarded(this.#out, query, slot.edns);
    slot.id = this.#freeId();
    this.#byId[slot.id] = slot.index + 1;
    setId(this.#out, slot.id);
    slot.sentAt = now;
    const isTcp = server.transport === 'tcp' || slot.byTcp || query.opcode !== Opcode.QUERY;
    slot.upstreamTransport = isTcp ? 'tcp' : query.transport;
    slot.channel = this.#send(server, this.#out, length, slot.upstreamTransport);
    this.#deadlines.set(slot.index, now, slot.group!.timeout);
  }

  /** The slot that waits for this ID from this server and channel (RFC 5452 section 9.1). */
  find(id: number, server: Server, channel: number): Slot | undefined {
    const slot = this.#slots[this.#byId[id]! - 1];
    return slot?.server === server && slot.channel === channel ? slot : undefined;
  }

  /** Waits for more from the slot's server. */
  wait(slot: Slot, now: number): void {
    this.#deadlines.clear(slot.index);
    this.#deadlines.set(slot.index, now, slot.group!.timeout);
  }

  /** Notes what came of asking the slot's server. */
  note(slot: Slot, result: string, now: number): void {
    slot.attempts.push({ upstream: slot.server!.name, result, rttMs: now - slot.sentAt });
  }

  /** Notes that the slot's server has refused. */
  noteRefusal(slot: Slot, refusal: UpstreamRefusal): void {
    const { address, rttMs, verdict } = refusal;
    const result = formatRcode(Rcode.REFUSED);
    slot.attempts.push({ upstream: address, result, rttMs, verdict });
    slot.refusal = moreTelling(slot.refusal, refusal);
  }

  /** A slot whose server has not answered in time; undefined when there is none. */
  expired(now: number): Slot | undefined {
    const index = this.#deadlines.expired(now);
    return index < 0 ? undefined : this.#slots[index];
  }

  /** Slots that wait for an answer on a channel that is gone. */
  on(server: Server, channel: number): Slot[] {
    return this.#slots.filter((slot) => slot.server === server && slot.channel === channel);
  }

  close(slot: Slot): void {
    this.#forgetId(slot);
    this.#deadlines.clear(slot.index);
    slot.clear();
    this.#free[this.#freeCount++] = slot.index;
  }

  #forgetId(slot: Slot): void {
    if (this.#byId[slot.id] === slot.index + 1) this.#byId[slot.id] = 0;
  }

  #freeId(): number {
    let id = random16();
    while (this.#byId[id] !== 0) id = random16();
    return id;
  }
}

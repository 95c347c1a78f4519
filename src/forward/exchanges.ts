/** Queries that wait for an upstream: which server is asked next, and whose answer is whose. */

import { moreTelling, type UpstreamRefusal } from '../decision/upstream-refusal.ts';
import { setId } from '../wire/header.ts';
import type { Query, Transport } from '../wire/query.ts';
import { formatRcode, Opcode, Rcode } from '../wire/registry.ts';
import { writeForwarded, writeVerbatim } from '../wire/request.ts';
import { Deadlines } from './deadlines.ts';
import { NO_SERVER, type UpstreamGroup } from './group.ts';
import { Leg } from './leg.ts';
import { Pool } from './pool.ts';
import { random16 } from './random.ts';
import type { Server } from './server.ts';
import { Slot } from './slot.ts';

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

/** Servers that are asked the same question at a time. */
const MAX_LEGS = 3;

export class Exchanges {
  readonly #slots: Pool<Slot>;
  readonly #legs: Pool<Leg>;
  /** Leg + 1 by the ID that an upstream was sent. */
  readonly #byId: Uint16Array = new Uint16Array(0x10000);
  /** When a leg has taken too long, and when a slot has waited long enough for one server. */
  readonly #timeouts: Deadlines;
  readonly #patience: Deadlines;
  /** When a slot's client has waited long enough. */
  readonly #hurry: Deadlines;
  readonly #out: Uint8Array = new Uint8Array(0x10000);
  readonly #send: Send;

  /** `capacity` is at most an eighth of all IDs, so that a free one is found at once. */
  constructor(capacity: number, send: Send) {
    this.#slots = new Pool(capacity, (i) => new Slot(i));
    // One for each slot, and some for those that are asked besides.
    const legs = capacity + Math.max(1, capacity >> 2);
    this.#legs = new Pool(legs, (i) => new Leg(i));
    this.#timeouts = new Deadlines(legs);
    this.#patience = new Deadlines(capacity);
    this.#hurry = new Deadlines(capacity);
    this.#send = send;
  }

  get inFlight(): number {
    return this.#slots.inUse;
  }

  /** A slot that holds the query; undefined when too many are in flight. */
  open(query: Query, group: UpstreamGroup): Slot | undefined {
    const slot = this.#slots.take();
    slot?.keep(query, group);
    return slot;
  }

  /**
   * Asks the next server of the group; false when none is left and nobody is being asked.
   * `query` is the slot's query. Once a server has refused, each of the others is asked at most
   * once more. An update is sent once: a server that did not answer may have carried it out.
   */
  ask(slot: Slot, query: Query, now: number): boolean {
    if (query.opcode !== Opcode.QUERY && slot.tried !== 0) return false;
    const group = slot.group!;
    let position = group.choose(slot.tried, slot.start, now);
    if (position === NO_SERVER) {
      if (slot.legs.length > 0) return true;
      if (slot.refusal !== undefined || ++slot.round >= group.attempts) return false;
      slot.tried = 0;
      position = group.choose(0, slot.start, now);
      if (position === NO_SERVER) return false;
    }
    this.#askServer(slot, position, query, now);
    return true;
  }

  /** Asks one more server besides those that are being asked, if one is likely to answer. */
  askBesides(slot: Slot, query: Query, now: number): void {
    const position = slot.group!.chooseBesides(slot.tried, slot.start, now);
    if (position === NO_SERVER || slot.legs.length === MAX_LEGS) return;
    // Whatever waits for an answer must be able to ask on.
    if (this.#legs.left > this.#slots.left) this.#askServer(slot, position, query, now);
  }

  /** Asks the slot's server again, with a new ID and from another port. */
  askAgain(slot: Slot, query: Query, now: number): void {
    const leg = slot.leg!;
    this.#forgetId(leg);
    this.#timeouts.clear(leg.index);
    this.#ask(leg, query, now);
  }

  /**
   * The slot that waits for this ID from this server and channel (RFC 5452 section 9.1): from
   * here on it is about that server.
   */
  find(id: number, server: Server, channel: number): Slot | undefined {
    const leg = this.#legs.made[this.#byId[id]! - 1];
    if (leg?.server !== server || leg.channel !== channel) return undefined;
    leg.slot!.leg = leg;
    return leg.slot;
  }

  /** Waits for more from the slot's server. */
  wait({ leg, group }: Slot, now: number): void {
    this.#timeouts.clear(leg!.index);
    this.#timeouts.set(leg!.index, now, group!.timeout);
  }

  /** Notes what came of asking the slot's server, which need not answer any more. */
  note(slot: Slot, result: string, now: number): void {
    slot.attempts.push({ upstream: slot.server.name, result, rttMs: now - slot.sentAt });
    this.#end(slot.leg!);
  }

  /** Notes that the slot's server has refused. */
  noteRefusal(slot: Slot, refusal: UpstreamRefusal): void {
    const { address, rttMs, verdict } = refusal;
    const result = formatRcode(Rcode.REFUSED);
    slot.attempts.push({ upstream: address, result, rttMs, verdict });
    slot.refusal = moreTelling(slot.refusal, refusal);
  }

  /** The slot's server is not waited for any more. */
  drop(slot: Slot): void {
    this.#end(slot.leg!);
  }

  /** A slot one of whose servers has not answered in time; undefined when there is none. */
  expired(now: number): Slot | undefined {
    const index = this.#timeouts.expired(now);
    if (index < 0) return undefined;
    const leg = this.#legs.made[index]!;
    leg.slot!.leg = leg;
    return leg.slot;
  }

  /** A slot that has waited for its server longer than usual; undefined when there is none. */
  impatient(now: number): Slot | undefined {
    const index = this.#patience.expired(now);
    return index < 0 ? undefined : this.#slots.made[index];
  }

  /** The slot's client will have waited long enough by then. */
  hurryAfter(slot: Slot, now: number, milliseconds: number): void {
    this.#hurry.set(slot.index, now, milliseconds);
  }

  /** A slot whose client has waited long enough; undefined when there is none. */
  hurried(now: number): Slot | undefined {
    const index = this.#hurry.expired(now);
    return index < 0 ? undefined : this.#slots.made[index];
  }

  /** A slot whose query an upstream was asked; undefined when there is none. */
  any(): Slot | undefined {
    if (this.inFlight === 0) return undefined;
    return this.#slots.made.find(({ group, tried }) => group !== undefined && tried !== 0);
  }

  /** Slots that wait for an answer on a channel that is gone: from here on they are about it. */
  on(server: Server, channel: number): Slot[] {
    const gone = this.#legs.made.filter((leg) => {
      return leg.slot !== undefined && leg.server === server && leg.channel === channel;
    });
    return gone.map((leg) => {
      leg.slot!.leg = leg;
      return leg.slot!;
    });
  }

  /** The slot's server has answered: those that were asked before it have been slower. */
  overtake({ leg, legs }: Slot, now: number): void {
    for (const { server, sentAt } of legs) {
      if (sentAt < leg!.sentAt) server!.health.overtaken(sentAt, now);
    }
  }

  close(slot: Slot): void {
    while (slot.legs.length > 0) this.#end(slot.legs[slot.legs.length - 1]!);
    this.#patience.clear(slot.index);
    this.#hurry.clear(slot.index);
    slot.clear();
    this.#slots.give(slot);
  }

  #askServer(slot: Slot, position: number, query: Query, now: number): void {
    const leg = this.#legs.take()!;
    slot.tried |= 1 << position;
    slot.legs.push(leg);
    slot.leg = leg;
    leg.slot = slot;
    leg.server = slot.group!.servers[position]!;
    leg.edns = true;
    leg.byTcp = false;
    this.#ask(leg, query, now);
  }

  #ask(leg: Leg, query: Query, now: number): void {
    const server = leg.server!;
    const slot = leg.slot!;
    const length = query.isVerbatim
      ? writeVerbatim(this.#out, query)
      : writeForwarded(this.#out, query, leg.edns);
    leg.id = this.#freeId();
    this.#byId[leg.id] = leg.index + 1;
    setId(this.#out, leg.id);
    leg.sentAt = now;
    const isTcp = server.transport === 'tcp' || leg.byTcp || query.opcode !== Opcode.QUERY;
    leg.transport = isTcp ? 'tcp' : query.transport;
    leg.channel = this.#send(server, this.#out, length, leg.transport);
    const { timeout, servers } = slot.group!;
    this.#timeouts.set(leg.index, now, timeout);
    this.#patience.clear(slot.index);
    // What is passed on as it is may not be asked twice: an update, a transfer.
    const patience = server.patienceMs;
    if (servers.length < 2 || query.isVerbatim || patience > timeout / 2) return;
    this.#patience.set(slot.index, now, patience);
  }

  #end(leg: Leg): void {
    this.#forgetId(leg);
    this.#timeouts.clear(leg.index);
    const { legs } = leg.slot!;
    const last = legs.pop()!;
    if (last !== leg) legs[legs.indexOf(leg)] = last;
    leg.slot = undefined;
    this.#legs.give(leg);
  }

  #forgetId(leg: Leg): void {
    if (this.#byId[leg.id] === leg.index + 1) this.#byId[leg.id] = 0;
  }

  #freeId(): number {
    let id = random16();
    while (this.#byId[id] !== 0) id = random16();
    return id;
  }
}

/** One query in flight: what outlives its packet, and how far asking has come. */

import type { Attempt, AttemptCause, UpstreamRefusal } from '../decision/upstream-refusal.ts';
import type { ClientTransport } from '../wire/client-transport.ts';
import { HEADER_LENGTH, readUint16 } from '../wire/header.ts';
import { LOWER } from '../wire/name.ts';
import { copyAddress, copySender, type Query, type Sender, type Transport } from '../wire/query.ts';
import type { UpstreamGroup } from './group.ts';
import type { Upstream } from './upstream.ts';

/** What the one who asks wants to find again when an answer comes. */
export interface Purpose {
  /** Lets go of what would keep memory alive. */
  clear(): void;
}

/** One question on its way to one upstream: what an answer to it must match. Used again and again. */
export class UpstreamQuery<P extends Purpose = Purpose> {
  readonly index: number;
  /** Whose question it is; undefined for one that is not under way. */
  pending: PendingQuery<P> | undefined;
  upstream: Upstream | undefined;
  transport: Transport = 'udp';
  channel = 0;
  id = 0;
  sentAt = 0;
  edns = true;
  /** Another was asked in its place. Its answer, should it come, is used all the same. */
  isLate = false;
  /** It asks a server that is down, to find out whether it is back; others are asked besides. */
  isExtra = false;
  /** Its name has gone out in a random case, which an answer must have. */
  isCased = false;
  /** An answer by UDP had lost the case: it is asked by TCP, which nobody can forge. */
  isCaseDoubted = false;
  /** Its name goes out as the client wrote it. */
  isAsWritten = false;

  constructor(index: number) {
    this.index = index;
  }
}

/** Octets of a query that a pending query keeps in memory of its own; a longer one gets more for a while. */
const SLOT_OCTETS = 512;

/** The hashes of names with fewer labels are kept, those of others made again. */
const USUAL_LABELS = 10;

/** Slots are used again and again. */
export class PendingQuery<P extends Purpose = Purpose> {
  readonly index: number;

  group: UpstreamGroup | undefined;
  readonly purpose: P;
  /** Questions under way, and the one that it is about at the moment. */
  readonly underWay: UpstreamQuery<P>[] = [];
  current: UpstreamQuery<P> | undefined;
  /** Those that wait for the same answer, one behind the other. */
  next: PendingQuery<P> | undefined;
  /** The one before it, when it waits for the answer to another. */
  before: PendingQuery<P> | undefined;
  /** What distinguishes its question from others with the same name, and where it can be joined. */
  variant = 0;
  place = -1;
  /** Another question that can be joined in the same place. */
  nextInPlace: PendingQuery<P> | undefined;
  /** Its client has been answered; what comes yet is for the cache. */
  isAnswered = false;
  /** Where in the group to begin, and how often all of it was asked. */
  start = 0;
  round = 0;
  /** It was asked once more by another channel; and because connections were closed, so often. */
  isMoved = false;
  repeats = 0;
  /** Servers asked in this round: a bit for each. */
  tried = 0;
  /** Part of a transfer has been passed on: more may come, and no other server can take over. */
  isStreaming = false;
  /** Serial of the zone that is transferred; -1 before its SOA has come. */
  serial = -1;
  /** The last message of the transfer looked like its end. */
  isPerhapsWhole = false;
  /** The refusal that the client gets when nobody answers. */
  refusal: UpstreamRefusal | undefined;
  attempts: Attempt[] = [];

  readonly #home: Uint8Array = new Uint8Array(SLOT_OCTETS);
  #octets: Uint8Array = this.#home;
  #length = 0;
  readonly #hashes: Int32Array = new Int32Array(USUAL_LABELS);
  #isHashed = false;
  #family: 4 | 6 = 4;
  readonly #address: Uint32Array = new Uint32Array(4);
  #port = 0;
  #zoneId = '';
  #isProxied = false;
  readonly #peer: Sender = { family: 4, address: new Uint32Array(4), port: 0, zoneId: '' };
  readonly #local: Uint32Array = new Uint32Array(4);
  #localInterface = 0;
  #transport: ClientTransport = 'udp';
  #listener = 0;
  #connection = 0;
  #receivedAt = 0;

  constructor(index: number, purpose: P) {
    this.index = index;
    this.purpose = purpose;
  }

  /** The server that it is about, and when it was asked. */
  get upstream(): Upstream {
    return this.current!.upstream!;
  }
  get sentAt(): number {
    return this.current!.sentAt;
  }

  /** Whether an answer may yet come in time. */
  get isWaiting(): boolean {
    for (const { isLate } of this.underWay) if (!isLate) return true;
    return false;
  }

  /** Notes what came of asking the server that it is about. */
  note(result: string, now: number, cause?: AttemptCause): void {
    const { upstream, transport, sentAt } = this.current!;
    const rttMs = now - sentAt;
    this.attempts.push({ upstream: upstream!.name, transport, result, rttMs, ...cause });
  }

  /** Keeps the query and who asked it, and begins anew. */
  keep(query: Query, group: UpstreamGroup): void {
    this.#octets = query.length > SLOT_OCTETS ? new Uint8Array(query.length) : this.#home;
    this.#octets.set(query.message.subarray(0, query.length));
    this.#length = query.length;
    this.#isHashed = query.keepHashes(this.#hashes);
    this.#family = query.family;
    copyAddress(query.address, this.#address);
    this.#port = query.port;
    this.#zoneId = query.zoneId;
    this.#isProxied = query.isProxied;
    if (query.isProxied) copySender(query.peer, this.#peer);
    copyAddress(query.local, this.#local);
    this.#localInterface = query.localInterface;
    this.#transport = query.transport;
    this.#listener = query.listener;
    this.#connection = query.connection;
    this.#receivedAt = query.receivedAt;
    this.group = group;
    this.start = group.start();
    this.round = 0;
    this.tried = 0;
    this.isMoved = false;
    this.repeats = 0;
    this.isStreaming = false;
    this.serial = -1;
    this.isAnswered = false;
    this.refusal = undefined;
    if (this.attempts.length > 0) this.attempts = [];
  }

  /** Puts the query back into a view, over a copy of its octets in `buffer`. */
  restore(query: Query, buffer: Uint8Array): void {
    buffer.set(this.#octets.subarray(0, this.#length));
    query.family = this.#family;
    copyAddress(this.#address, query.address);
    query.port = this.#port;
    query.zoneId = this.#zoneId;
    query.isProxied = this.#isProxied;
    if (this.#isProxied) copySender(this.#peer, query.peer);
    copyAddress(this.#local, query.local);
    query.localInterface = this.#localInterface;
    query.transport = this.#transport;
    query.listener = this.#listener;
    query.connection = this.#connection;
    query.receivedAt = this.#receivedAt;
    query.parse(buffer, this.#length);
    if (this.#isHashed) query.restoreHashes(this.#hashes);
  }

  /** Goes on with what upstreams are asked for another, whose question is the same. */
  takeOver(other: PendingQuery<P>): void {
    for (const asked of other.underWay) {
      asked.pending = this;
      this.underWay.push(asked);
    }
    other.underWay.length = 0;
    this.current = other.current;
    this.start = other.start;
    this.round = other.round;
    this.tried = other.tried;
    this.isMoved = other.isMoved;
    this.repeats = other.repeats;
    this.refusal = other.refusal;
    this.attempts = other.attempts;
    other.attempts = [];
  }

  /** Whether its question is that of `query`. */
  asks({ name, nameLength, qtype }: Query): boolean {
    const octets = this.#octets;
    const typeAt = HEADER_LENGTH + nameLength;
    if (readUint16(octets, typeAt) !== qtype) return false;
    for (let i = 0; i < nameLength; i++) {
      if (LOWER[octets[HEADER_LENGTH + i]!] !== name[i]) return false;
    }
    return true;
  }

  /** Lets go of what would keep memory alive. */
  clear(): void {
    this.#octets = this.#home;
    this.group = undefined;
    this.purpose.clear();
    this.current = undefined;
    this.next = undefined;
    this.before = undefined;
    this.place = -1;
    this.refusal = undefined;
  }
}

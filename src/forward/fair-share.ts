/**
 * Who has how many queries under way, so that when there are too many it is the oldest of whoever
 * has most that has to go. A client is an IPv4 address or an IPv6 /56, which is what a customer
 * is given: whoever asks what nobody answers takes the room of nobody but himself.
 *
 * Every step takes the same time, however many there are: clients with equally many stand in a
 * ring of their own, in the order in which they came to have so many.
 */

import { HalfSipHash } from '../wire/half-sip-hash.ts';
import { HASH_SECRET } from '../wire/hash-secret.ts';
import type { Query } from '../wire/query.ts';
import { Rings } from './rings.ts';

const NONE = -1;
/** The words that stand for a client: its family and the prefix of its address. */
const KEY = 3;
/** Clients that are found again without a hash. */
const RECENT = 64;
const RECENT_SHIFT = 26;
/** 2^32 by the golden ratio (Knuth, The Art of Computer Programming, volume 3, 6.4). */
const SPREAD = 0x9e3779b1;
/** The bits of the second word that belong to a prefix of 56. */
const IPV6_MASK = 0xffffff00;

export class FairShare {
  /** The clients in each place of the hash table; a client's queries, the oldest first. */
  readonly #table: Rings;
  readonly #queries: Rings;
  /** The clients that have so many queries; those that have none are free. */
  readonly #byCount: Rings;
  readonly #keys: Uint32Array;
  readonly #counts: Int32Array;
  /** The place in the table of each client that has queries. */
  readonly #places: Int32Array;
  /** Clients that came lately, by a part of their key: whoever makes keys collide makes us hash. */
  readonly #recent: Int32Array = new Int32Array(RECENT).fill(NONE);
  /** The client of each query. */
  readonly #clientOf: Int32Array;
  readonly #hash: HalfSipHash = new HalfSipHash(HASH_SECRET[0]!, HASH_SECRET[1]!);
  readonly #key: Uint32Array = new Uint32Array(KEY);
  readonly #mask: number;
  #most = 0;

  /** Queries are numbers below `capacity`. */
  constructor(capacity: number) {
    const places = 2 ** Math.ceil(Math.log2(capacity + 1));
    this.#mask = places - 1;
    this.#table = new Rings(places, capacity);
    this.#queries = new Rings(capacity, capacity);
    this.#byCount = new Rings(capacity + 1, capacity);
    this.#keys = new Uint32Array(KEY * capacity);
    this.#counts = new Int32Array(capacity);
    this.#places = new Int32Array(capacity);
    this.#clientOf = new Int32Array(capacity);
    this.#byCount.addAll(0);
  }

  /** A query is under way now. */
  enter(index: number, query: Query): void {
    const client = this.#clientFor(query);
    this.#clientOf[index] = client;
    this.#queries.add(client, index);
    const count = this.#count(client, 1);
    if (count > this.#most) this.#most = count;
  }

  /** It is not any more. */
  leave(index: number): void {
    const client = this.#clientOf[index]!;
    this.#queries.remove(client, index);
    const count = this.#count(client, -1);
    if (this.#byCount.first(this.#most) === NONE) this.#most--;
    if (count === 0) this.#table.remove(this.#places[client]!, client);
  }

  /** The oldest query of whoever has most; -1 when there is none. */
  oldestOfMost(): number {
    if (this.#most === 0) return NONE;
    return this.#queries.first(this.#byCount.first(this.#most));
  }

  #clientFor({ family, address }: Query): number {
    const key = this.#key;
    key[0] = family;
    key[1] = address[0]!;
    key[2] = family === 4 ? 0 : address[1]! & IPV6_MASK;
    const at = Math.imul(key[1]! ^ key[2]!, SPREAD) >>> RECENT_SHIFT;
    const recent = this.#recent[at]!;
    if (recent !== NONE && this.#counts[recent]! > 0 && this.#isOf(recent)) return recent;
    const client = this.#lookUp();
    this.#recent[at] = client;
    return client;
  }

  /** The client with the key, which is one that has none when it has no query yet. */
  #lookUp(): number {
    this.#hash.hash(this.#key, KEY);
    const place = this.#hash.low & this.#mask;
    const first = this.#table.first(place);
    for (let client = first; client !== NONE; client = this.#table.after(place, client)) {
      if (this.#isOf(client)) return client;
    }
    const client = this.#byCount.first(0);
    this.#keys.set(this.#key, client * KEY);
    this.#places[client] = place;
    this.#table.add(place, client);
    return client;
  }

  #isOf(client: number): boolean {
    const at = client * KEY;
    for (let i = 0; i < KEY; i++) if (this.#keys[at + i] !== this.#key[i]) return false;
    return true;
  }

  /** Moves the client to those that have one more or one less. */
  #count(client: number, change: 1 | -1): number {
    const before = this.#counts[client]!;
    this.#byCount.remove(before, client);
    this.#counts[client] = before + change;
    this.#byCount.add(before + change, client);
    return before + change;
  }
}

/**
 * Who has used up how much: token buckets in memory that all threads share, so that they are one
 * limiter together.
 *
 * A bucket is found by the hash of its key under a secret. It is one number: the tick at which it
 * will be full again; a token comes back with every few ticks. A full bucket carries no
 * information, so its place is free for another key. Where more keys are in use than a set has
 * room for, the fullest is discarded: that gives its owner some tokens, and takes none from anybody.
 */

import { randomBytes } from 'node:crypto';
import { HalfSipHash } from '../../wire/half-sip-hash.ts';

const SECRET_WORDS = 2;
/** Buckets: sets, each with some places that a key may have. */
const SETS = 1 << 14;
const PLACES = 4;
const BUCKETS = SETS * PLACES;
/** Ticks in which one token comes back. */
const TICKS = 16;
/** Milliseconds by which the clocks of threads may differ. */
const CLOCK_SKEW = 1000;

/** How fast tokens come back, and how many there can be. */
export interface Rate {
  readonly perSecond: number;
  readonly burst: number;
}

export class TokenBuckets {
  readonly buffer: SharedArrayBuffer;
  readonly #hash: HalfSipHash;
  /** For each bucket: half the hash of its key, and the tick at which it is full. */
  readonly #tags: Int32Array;
  readonly #fullAt: Int32Array;

  /** New buckets, all full, or those of another thread. */
  constructor(buffer?: SharedArrayBuffer) {
    this.buffer = buffer ?? new SharedArrayBuffer((SECRET_WORDS + 2 * BUCKETS) * 4);
    const secret = new Uint32Array(this.buffer, 0, SECRET_WORDS);
    if (buffer === undefined) new Uint8Array(this.buffer, 0, 4 * SECRET_WORDS).set(randomBytes(8));
    this.#hash = new HalfSipHash(secret[0]!, secret[1]!);
    this.#tags = new Int32Array(this.buffer, SECRET_WORDS * 4, BUCKETS);
    this.#fullAt = new Int32Array(this.buffer, (SECRET_WORDS + BUCKETS) * 4, BUCKETS);
  }

  /** Takes a token for a key at a tick of its rate; false when there is none. */
  take(key: Uint32Array, rate: Rate, tick: number): boolean {
    const place = this.#placeOf(key, tick, rate);
    for (;;) {
      const fullAt = Atomics.load(this.#fullAt, place);
      const spent = spentOf(fullAt, tick, rate);
      if (spent + TICKS > rate.burst * TICKS) return false;
      const next = (tick + spent + TICKS) | 0;
      if (Atomics.compareExchange(this.#fullAt, place, fullAt, next) === fullAt) return true;
    }
  }

  /** The tokens that a key has left; takes none. */
  left(key: Uint32Array, rate: Rate, tick: number): number {
    const first = this.#setOf(key);
    const tag = this.#hash.high | 0;
    for (let place = first; place < first + PLACES; place++) {
      if (this.#tags[place] !== tag) continue;
      const spent = spentOf(this.#fullAt[place]!, tick, rate);
      return Math.max(Math.floor(rate.burst - spent / TICKS), 0);
    }
    return rate.burst;
  }

  #setOf(key: Uint32Array): number {
    this.#hash.hash(key, key.length);
    return (this.#hash.low & (SETS - 1)) * PLACES;
  }

  /** The key's bucket; one that has none gets that which is fullest. */
  #placeOf(key: Uint32Array, tick: number, rate: Rate): number {
    const first = this.#setOf(key);
    const tag = this.#hash.high | 0;
    let fullest = first;
    let least = Number.POSITIVE_INFINITY;
    for (let place = first; place < first + PLACES; place++) {
      if (Atomics.load(this.#tags, place) === tag) return place;
      const spent = spentOf(this.#fullAt[place]!, tick, rate);
      if (spent < least) {
        least = spent;
        fullest = place;
      }
    }
    // Two threads that do this at once count in one bucket: that costs a token at most.
    Atomics.store(this.#tags, fullest, tag);
    Atomics.store(this.#fullAt, fullest, tick);
    return fullest;
  }
}

/**
 * The number of ticks from the epoch to `now` (milliseconds), modulo 2^32: a small integer, which is
 * handed on without an allocation.
 */
export function tickOf(now: number, { perSecond }: Rate): number {
  return Math.floor((now * perSecond * TICKS) / 1000) | 0;
}

/**
 * The ticks until it is full. What lies farther ahead than that of any bucket can was left by a
 * clock or a rate that is no more: such a bucket is full.
 */
function spentOf(fullAt: number, tick: number, { perSecond, burst }: Rate): number {
  const spent = (fullAt - tick) | 0;
  return spent > 0 && spent <= TICKS * (burst + (perSecond * CLOCK_SKEW) / 1000) ? spent : 0;
}

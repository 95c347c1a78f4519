/**
 * Decisions that are alike, beyond some in a second: not recorded one by one but counted, so that
 * a summary can give their exact count.
 */

import type { Origin, Outcome } from '../decision/outcome.ts';
import type { Verdict } from '../decision/verdict.ts';
import { maskWord } from '../net/prefix.ts';
import { HalfSipHash } from '../wire/half-sip-hash.ts';
import { HASH_SECRET } from '../wire/hash-secret.ts';
import type { Query } from '../wire/query.ts';

export interface LimitSettings {
  /** Records of one kind. */
  readonly perSecond: number;
  /** Bits of an address that are one client. */
  readonly ipv4Prefix: number;
  readonly ipv6Prefix: number;
}

/** Decisions of one second about one client prefix: one verdict, and what became of it. */
export interface Fold {
  /** The first address of the prefix and its length; 0 stands for many clients. */
  family: 4 | 6 | 0;
  readonly words: Uint32Array;
  length: number;
  verdict: Verdict;
  rcode: number;
  origin: Origin;
  /** The client's group and view by their index. */
  group: number;
  view: number;
  /** Decisions without a record of their own, and the times of the first and the last of them. */
  count: number;
  first: number;
  last: number;
}

interface Place extends Fold {
  /** The second that it was used in last, by number. */
  round: number;
  /** Decisions that have a record. */
  recorded: number;
}

/** Kinds of decisions that are counted apart in a second, and places that one of them may have. */
const PLACES = 1 << 13;
const TRIES = 8;
/** More than an rcode can be, extended bits included (RFC 6891 section 6.1.3). */
const RCODES = 1 << 12;

export class RecordLimit {
  /** Undefined: every decision has a record. */
  settings: LimitSettings | undefined;
  /** Addresses are from outside: nobody shall know which of them share places. */
  readonly #keyed: HalfSipHash = new HalfSipHash(HASH_SECRET[0]!, HASH_SECRET[1]!);
  readonly #key: Uint32Array = new Uint32Array(5);
  #places: (Place | undefined)[] = [];
  /** The places in use in this second, which is number `#round`. */
  readonly #used: Place[] = [];
  #round = 0;
  #second = 0;
  /** Clients that there is no place for, by verdict. */
  readonly #others: Map<Verdict, Place[]> = new Map();

  /** Whether a second is over of which summaries may have to be written. */
  isOver(now: number): boolean {
    return this.#used.length > 0 && Math.floor(now / 1000) !== this.#second;
  }

  /** Whether a decision is one too many: it is counted, and gets no record. */
  takes(query: Query, outcome: Outcome, now: number): boolean {
    const { settings } = this;
    if (settings === undefined) return false;
    if (this.#used.length === 0) this.#second = Math.floor(now / 1000);
    const place = this.#find(query, outcome, settings);
    if (place.recorded < settings.perSecond) {
      place.recorded++;
      return false;
    }
    if (place.count++ === 0) place.first = now;
    place.last = now;
    return true;
  }

  /** What was taken, and another second begins. */
  drain(): readonly Fold[] {
    const folds = this.#used.filter(({ count }) => count > 0);
    this.#used.length = 0;
    this.#others.clear();
    this.#round++;
    return folds;
  }

  /** Lets go of a policy that is in force no longer; what was taken must have been drained. */
  reset(): void {
    this.#places = [];
  }

  #find(query: Query, outcome: Outcome, settings: LimitSettings): Place {
    const length = query.family === 4 ? settings.ipv4Prefix : settings.ipv6Prefix;
    const hash = this.#hash(query, outcome, length);
    for (let i = 0; i < TRIES; i++) {
      const at = (hash + i) & (PLACES - 1);
      const place = this.#places[at];
      if (place === undefined || place.round !== this.#round) {
        const made = this.#begin(place, query, outcome, length);
        this.#places[at] = made;
        return made;
      }
      if (isAlike(place, outcome) && isFrom(place, query, length)) return place;
    }
    return this.#other(query, outcome);
  }

  #hash({ address }: Query, { verdict, rcode }: Outcome, length: number): number {
    const key = this.#key;
    key[0] = verdict.index * RCODES + rcode;
    for (let i = 0; i < 4; i++) key[1 + i] = address[i]! & maskWord(i, length);
    this.#keyed.hash(key, key.length);
    return this.#keyed.low;
  }

  /** In a flood from everywhere, clients are no longer counted apart. */
  #other(query: Query, outcome: Outcome): Place {
    const others = this.#others.get(outcome.verdict) ?? [];
    const known = others.find((place) => isAlike(place, outcome));
    if (known !== undefined) return known;
    const made = this.#begin(undefined, query, outcome, 0);
    this.#others.set(outcome.verdict, [...others, made]);
    return made;
  }

  #begin(free: Place | undefined, query: Query, outcome: Outcome, length: number): Place {
    const { verdict, rcode, origin, group } = outcome;
    const place = free ?? emptyPlace(verdict);
    place.round = this.#round;
    place.family = length === 0 ? 0 : query.family;
    for (let i = 0; i < 4; i++) place.words[i] = query.address[i]! & maskWord(i, length);
    place.length = length;
    place.verdict = verdict;
    place.rcode = rcode;
    place.origin = origin;
    place.group = length === 0 ? -1 : group;
    place.view = query.view;
    place.recorded = 0;
    place.count = 0;
    this.#used.push(place);
    return place;
  }
}

function emptyPlace(verdict: Verdict): Place {
  const words = new Uint32Array(4);
  const nobody = { family: 0, words, length: 0, group: -1, view: 0 } as const;
  const nothing = { count: 0, first: 0, last: 0, recorded: 0, round: 0 };
  return { ...nobody, ...nothing, verdict, rcode: 0, origin: 'local' };
}

function isAlike(place: Place, { verdict, rcode, origin }: Outcome): boolean {
  return place.verdict === verdict && place.rcode === rcode && place.origin === origin;
}

function isFrom({ family, words }: Place, query: Query, length: number): boolean {
  if (family !== query.family) return false;
  for (let i = 0; i < 4; i++) {
    if (words[i] !== (query.address[i]! & maskWord(i, length)) >>> 0) return false;
  }
  return true;
}

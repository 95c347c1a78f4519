/** Questions that a server has answered or refused lately, by name and type. */

import type { History } from '../decision/refusal-inference.ts';
import type { Query } from '../wire/query.ts';

/** All types of a name share a set, whose oldest question makes room for a new one. */
const SETS = 64;
const WAYS = 8;

const ANSWERED = 1;
const REFUSED = 2;

export class RecentQuestions {
  readonly #windowMs: number;
  readonly #names: Int32Array = new Int32Array(SETS * WAYS);
  readonly #types: Uint16Array = new Uint16Array(SETS * WAYS);
  readonly #results: Uint8Array = new Uint8Array(SETS * WAYS);
  readonly #times: Float64Array = new Float64Array(SETS * WAYS).fill(Number.NEGATIVE_INFINITY);

  /** What is older than `windowMs` is forgotten. */
  constructor(windowMs: number) {
    this.#windowMs = windowMs;
  }

  /** Remembers a question; true when it is answered now and was refused before. */
  note(query: Query, isRefusal: boolean, now: number): boolean {
    const at = this.#place(query);
    const isKnown = this.#isOf(query, at) && now - this.#times[at]! < this.#windowMs;
    // That it once answered this question is what a refusal has to be compared with.
    if (isKnown && isRefusal && this.#results[at] === ANSWERED) return false;
    const isRecanted = isKnown && !isRefusal && this.#results[at] === REFUSED;
    this.#names[at] = query.hashes[0]!;
    this.#types[at] = query.qtype;
    this.#results[at] = isRefusal ? REFUSED : ANSWERED;
    this.#times[at] = now;
    return isRecanted;
  }

  /** What is known of other questions, seen from this one. Allocates. */
  recall(
    query: Query,
    now: number,
  ): Pick<History, 'answered' | 'refused' | 'sameAnswered' | 'typesAnswered'> {
    const since = now - this.#windowMs;
    const typesAnswered: number[] = [];
    let answered = 0;
    let refused = 0;
    for (let i = 0; i < this.#times.length; i++) {
      if (this.#times[i]! <= since) continue;
      if (this.#names[i] === query.hashes[0]) {
        if (this.#results[i] === ANSWERED) typesAnswered.push(this.#types[i]!);
      } else if (this.#results[i] === ANSWERED) answered++;
      else refused++;
    }
    return {
      answered,
      refused,
      sameAnswered: typesAnswered.includes(query.qtype),
      typesAnswered: typesAnswered.filter((type) => type !== query.qtype).sort((a, b) => a - b),
    };
  }

  #isOf(query: Query, at: number): boolean {
    return this.#names[at] === query.hashes[0] && this.#types[at] === query.qtype;
  }

  /** Where the question stands, or the oldest of those that could make room for it. */
  #place(query: Query): number {
    const name = query.hashes[0]!;
    const first = ((name ^ (name >>> 16)) & (SETS - 1)) * WAYS;
    let oldest = first;
    for (let i = first; i < first + WAYS; i++) {
      if (this.#isOf(query, i)) return i;
      if (this.#times[i]! < this.#times[oldest]!) oldest = i;
    }
    return oldest;
  }
}

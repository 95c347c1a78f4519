/** Questions that a server has answered or refused lately, by name and type. */

import type { History } from '../decision/refusal-facts.ts';
import type { Query } from '../wire/query.ts';

/** All types of a name share a set, whose oldest question makes room for a new one. */
const SETS = 64;
const WAYS = 8;

const ANSWERED = 1;
const REFUSED = 2;

/** What is remembered of questions, seen from one of them. */
type RecalledQuestions = Pick<
  History,
  | 'answered'
  | 'refused'
  | 'sameAnswered'
  | 'sameRefused'
  | 'typesAnswered'
  | 'typeAnsweredElsewhere'
  | 'typeRefusedElsewhere'
>;

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
  recall(query: Query, now: number): RecalledQuestions {
    const typesAnswered: number[] = [];
    const elsewhere = { answered: 0, refused: 0, typeAnswered: 0, typeRefused: 0 };
    let sameRefused = false;
    for (let i = 0; i < this.#times.length; i++) {
      if (this.#times[i]! <= now - this.#windowMs) continue;
      const isSameType = this.#types[i] === query.qtype;
      if (this.#names[i] !== query.hashes[0]) {
        count(elsewhere, this.#results[i] === ANSWERED, isSameType);
      } else if (this.#results[i] === ANSWERED) typesAnswered.push(this.#types[i]!);
      else sameRefused ||= isSameType;
    }
    return {
      answered: elsewhere.answered,
      refused: elsewhere.refused,
      sameAnswered: typesAnswered.includes(query.qtype),
      sameRefused,
      typesAnswered: typesAnswered.filter((type) => type !== query.qtype).sort((a, b) => a - b),
      typeAnsweredElsewhere: elsewhere.typeAnswered,
      typeRefusedElsewhere: elsewhere.typeRefused,
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

/** Counts a question for another name. */
function count(
  counts: { answered: number; refused: number; typeAnswered: number; typeRefused: number },
  isAnswered: boolean,
  isSameType: boolean,
): void {
  counts[isAnswered ? 'answered' : 'refused']++;
  if (isSameType) counts[isAnswered ? 'typeAnswered' : 'typeRefused']++;
}

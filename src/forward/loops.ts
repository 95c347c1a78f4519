/**
 * Which upstreams lead back to this program.
 *
 * One memory for all of its threads: a question that one of them has asked may come back to
 * another.
 */

import { createHmac, randomBytes } from 'node:crypto';

const SECRET_OCTETS = 32;
/** Servers that are kept track of. */
const SERVERS = 512;
/** Labels that are waited for of each server, one for each thread that asks at about that time. */
const LABELS = 8;
/** Milliseconds for which a label is waited for. */
const LABEL_LIFE_MS = 10_000;

/** Hexadecimal digits of a label: the server's number, a nonce, and the proof that it is ours. */
const NUMBER_DIGITS = 4;
const NONCE_DIGITS = 12;
const PROOF_DIGITS = 20;
export const LABEL_LENGTH = NUMBER_DIGITS + NONCE_DIGITS + PROOF_DIGITS;

/** Words of memory: three for each server, two for each label. */
const WORDS = SERVERS * (3 + 2 * LABELS);

export class Loops {
  readonly buffer: SharedArrayBuffer;
  readonly #secret: Buffer;
  /** By the number of the server: whether it leads back here, and how often that was seen. */
  readonly #isLoop: Int32Array;
  readonly #returns: Int32Array;
  /** For each label that is waited for: a part of it, 0 for none, and when it was made. */
  readonly #labels: Int32Array;
  readonly #madeAt: Int32Array;
  /** How many labels each server was given. */
  readonly #made: Int32Array;

  /** A new memory, or that of another thread. */
  constructor(buffer?: SharedArrayBuffer) {
    this.buffer = buffer ?? new SharedArrayBuffer(SECRET_OCTETS + WORDS * 4);
    const secret = new Uint8Array(this.buffer, 0, SECRET_OCTETS);
    if (buffer === undefined) secret.set(randomBytes(SECRET_OCTETS));
    this.#secret = Buffer.from(secret);
    const words = new Int32Array(this.buffer, SECRET_OCTETS, WORDS);
    this.#isLoop = words.subarray(0, SERVERS);
    this.#returns = words.subarray(SERVERS, 2 * SERVERS);
    this.#made = words.subarray(2 * SERVERS, 3 * SERVERS);
    this.#labels = words.subarray(3 * SERVERS, (3 + LABELS) * SERVERS);
    this.#madeAt = words.subarray((3 + LABELS) * SERVERS);
  }

  has(upstream: number): boolean {
    return this.#isLoop[upstream] === 1;
  }

  set(upstream: number, isLoop: boolean): void {
    if (upstream < SERVERS) Atomics.store(this.#isLoop, upstream, isLoop ? 1 : 0);
  }

  /** How many questions to the server have come back so far. */
  returns(upstream: number): number {
    return upstream < SERVERS ? Atomics.load(this.#returns, upstream) : 0;
  }

  /** A label that nobody else can make, for a question to the server. */
  makeLabel(upstream: number, now: number): string {
    const number = upstream.toString(16).padStart(NUMBER_DIGITS, '0');
    const nonce = randomBytes(NONCE_DIGITS / 2).toString('hex');
    if (upstream < SERVERS) {
      const place = upstream * LABELS + (Atomics.add(this.#made, upstream, 1) & (LABELS - 1));
      Atomics.store(this.#madeAt, place, now | 0);
      Atomics.store(this.#labels, place, tagOf(nonce));
    }
    return number + nonce + this.#prove(number + nonce);
  }

  /**
   * Notes that a question with this label has come back; false when the label is not ours. Only
   * the first time, and soon after it was made, does it show a loop: whoever has seen one could
   * send it again and again, and the server would never be asked.
   */
  comesBack(label: string, now: number): boolean {
    const asked = label.slice(0, -PROOF_DIGITS);
    if (label !== asked + this.#prove(asked)) return false;
    const upstream = Number.parseInt(asked.slice(0, NUMBER_DIGITS), 16);
    if (upstream < SERVERS && this.#take(upstream, tagOf(asked.slice(NUMBER_DIGITS)), now)) {
      Atomics.add(this.#returns, upstream, 1);
      this.set(upstream, true);
    }
    return true;
  }

  /** Whether a label is waited for; it is not any more. */
  #take(upstream: number, tag: number, now: number): boolean {
    const first = upstream * LABELS;
    for (let place = first; place < first + LABELS; place++) {
      if (Atomics.load(this.#labels, place) !== tag) continue;
      const age = (now - Atomics.load(this.#madeAt, place)) | 0;
      // Of two threads that get it at once, one has seen it first.
      const isTaken = Atomics.compareExchange(this.#labels, place, tag, 0) === tag;
      return isTaken && age < LABEL_LIFE_MS;
    }
    return false;
  }

  #prove(text: string): string {
    return createHmac('sha256', this.#secret).update(text).digest('hex').slice(0, PROOF_DIGITS);
  }
}

/** Half of a nonce as a number, which is not 0. */
function tagOf(nonce: string): number {
  return Number.parseInt(nonce.slice(0, 8), 16) | 0 || 1;
}

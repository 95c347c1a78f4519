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

/** Hexadecimal digits of a label: the server's number, a nonce, and the proof that it is ours. */
const NUMBER_DIGITS = 4;
const NONCE_DIGITS = 12;
const PROOF_DIGITS = 20;
export const LABEL_LENGTH = NUMBER_DIGITS + NONCE_DIGITS + PROOF_DIGITS;

export class Loops {
  readonly buffer: SharedArrayBuffer;
  readonly #secret: Buffer;
  /** By the number of the server: whether it leads back here, and how often that was seen. */
  readonly #isLoop: Int32Array;
  readonly #returns: Int32Array;

  /** A new memory, or that of another thread. */
  constructor(buffer?: SharedArrayBuffer) {
    this.buffer = buffer ?? new SharedArrayBuffer(SECRET_OCTETS + 2 * SERVERS * 4);
    const secret = new Uint8Array(this.buffer, 0, SECRET_OCTETS);
    if (buffer === undefined) secret.set(randomBytes(SECRET_OCTETS));
    this.#secret = Buffer.from(secret);
    this.#isLoop = new Int32Array(this.buffer, SECRET_OCTETS, SERVERS);
    this.#returns = new Int32Array(this.buffer, SECRET_OCTETS + SERVERS * 4, SERVERS);
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
  makeLabel(upstream: number): string {
    const number = upstream.toString(16).padStart(NUMBER_DIGITS, '0');
    const nonce = randomBytes(NONCE_DIGITS / 2).toString('hex');
    return number + nonce + this.#prove(number + nonce);
  }

  /** Notes that a question with this label has come back; false when the label is not ours. */
  comesBack(label: string): boolean {
    const asked = label.slice(0, -PROOF_DIGITS);
    if (label !== asked + this.#prove(asked)) return false;
    const upstream = Number.parseInt(asked.slice(0, NUMBER_DIGITS), 16);
    if (upstream < SERVERS) Atomics.add(this.#returns, upstream, 1);
    this.set(upstream, true);
    return true;
  }

  #prove(text: string): string {
    return createHmac('sha256', this.#secret).update(text).digest('hex').slice(0, PROOF_DIGITS);
  }
}

/**
 * DNS cookies of a server (RFC 7873, RFC 9018): what only somebody can send back who has received
 * it, at the address that it was made for.
 */

import { readUint32, writeUint16, writeUint32 } from './header.ts';
import { OPTION_HEADER } from './opt.ts';
import type { Query } from './query.ts';
import { EdnsOption } from './registry.ts';
import { readLittle, SipHash } from './sip-hash.ts';

/** Octets of the client's cookie and of ours. */
const CLIENT = 8;
const OURS = 16;

/** Where in our cookie, which stands behind the client's, its parts are. */
const VERSION = CLIENT;
const TIMESTAMP = CLIENT + 4;
const HASH = CLIENT + 8;
const VERSION_1 = 1;

/** Seconds that a cookie is good for, and after which it is renewed (RFC 9018 section 4.3). */
const LIFETIME = 3600;
const RENEWAL = 1800;
/** Seconds by which another server's clock may be ahead. */
const AHEAD = 300;

/** The cookies of servers that share a secret. */
export class ServerCookies {
  readonly #hashes: readonly SipHash[];
  #clockStep = 0;
  readonly #input: Uint32Array = new Uint32Array(8);
  readonly #option: Uint8Array = new Uint8Array(OPTION_HEADER + CLIENT + OURS);

  /** Cookies are made with the first secret and taken with any; each has 16 octets. */
  constructor(secrets: readonly [Uint8Array, ...Uint8Array[]]) {
    this.#hashes = secrets.map((secret) => new SipHash(secret));
    writeUint16(this.#option, 0, EdnsOption.COOKIE);
    writeUint16(this.#option, 2, CLIENT + OURS);
  }

  /** How far the clock on the wall has been set, in milliseconds: the other servers go by it. */
  setClock(step: number): void {
    this.#clockStep = step;
  }

  /** Whether the client has had a cookie from here lately: it has proved its address. */
  isGood(query: Query): boolean {
    const age = this.#ageOf(query);
    if (age === undefined || age > LIFETIME || age < -AHEAD) return false;
    return this.#hashes.some((hash) => this.#isMadeWith(hash, query));
  }

  /** The option for the answer: the octets are those of the next call too. */
  optionFor(query: Query): Uint8Array {
    const option = this.#option;
    option.set(query.cookie.subarray(0, CLIENT + OURS), OPTION_HEADER);
    const age = this.#ageOf(query);
    const isFresh = age !== undefined && age <= RENEWAL && age >= -AHEAD;
    if (isFresh && this.#isMadeWith(this.#hashes[0]!, query)) return option;
    const cookie = option.subarray(OPTION_HEADER);
    writeUint32(cookie, VERSION, VERSION_1 * 0x1000000);
    writeUint32(cookie, TIMESTAMP, this.#secondsOf(query));
    const hash = this.#hashes[0]!;
    this.#hash(hash, cookie, query);
    writeLittle(cookie, HASH, hash.low);
    writeLittle(cookie, HASH + 4, hash.high);
    return option;
  }

  /** The age in seconds of a server's cookie that has the form of ours. */
  #ageOf(query: Query): number | undefined {
    const { cookie, cookieLength } = query;
    if (cookieLength !== CLIENT + OURS || cookie[VERSION] !== VERSION_1) return undefined;
    // RFC 9018 section 4.3: serial number arithmetic.
    return (this.#secondsOf(query) - readUint32(cookie, TIMESTAMP)) | 0;
  }

  #secondsOf({ receivedAt }: Query): number {
    return Math.floor((receivedAt + this.#clockStep) / 1000) >>> 0;
  }

  #isMadeWith(hash: SipHash, query: Query): boolean {
    const { cookie } = query;
    this.#hash(hash, cookie, query);
    return readLittle(cookie, HASH) === hash.low && readLittle(cookie, HASH + 4) === hash.high;
  }

  /** RFC 9018 section 4.4: client cookie, version, reserved, timestamp, client address. */
  #hash(hash: SipHash, cookie: Uint8Array, { family, address }: Query): void {
    const input = this.#input;
    for (let i = 0; i < 4; i++) input[i] = readLittle(cookie, 4 * i);
    const words = family === 4 ? 1 : 4;
    for (let i = 0; i < words; i++) input[4 + i] = swapped(address[i]!);
    hash.hash(input, 4 + words);
  }
}

function writeLittle(octets: Uint8Array, at: number, word: number): void {
  writeUint32(octets, at, swapped(word));
}

/** A word with its octets in the other order. */
function swapped(word: number): number {
  const middle = ((word & 0xff00) << 8) | ((word >>> 8) & 0xff00);
  return ((word << 24) | middle | (word >>> 24)) >>> 0;
}

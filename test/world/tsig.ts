/** Signatures made by hand (RFC 8945 section 4), without the code under test. */

import { createHmac } from 'node:crypto';
import { name, type Octets, octets, record, TYPE, uint16, uint32 } from './messages.ts';

export const SECRET: Uint8Array = Uint8Array.from({ length: 32 }, (_, i) => i * 7);
/** Seconds since the epoch. */
export const TIME = 1_795_129_200;

/** What is unusual about a signature. */
export interface SignatureParts {
  readonly key?: string;
  readonly algorithm?: string;
  readonly hash?: string;
  readonly secret?: Uint8Array;
  readonly time?: number;
  readonly fudge?: number;
  readonly error?: number;
  readonly other?: Octets;
  /** The MAC of what came before. */
  readonly prior?: Octets;
  /** Messages without a signature since then. */
  readonly between?: readonly Octets[];
  /** The digest has the times alone: in all but the first message of an answer. */
  readonly timersOnly?: boolean;
  /** Octets of the MAC. */
  readonly macLength?: number;
  readonly mac?: Octets;
}

/** A message with a TSIG record behind it, and the MAC in it. */
export function signed(message: Uint8Array, parts: SignatureParts = {}) {
  const { key = 'vendor-key', algorithm = 'hmac-sha256', time = TIME, fudge = 300 } = parts;
  const { error = 0, other = [] } = parts;
  const timers = octets(uint16(Math.floor(time / 2 ** 32)), uint32(time % 2 ** 32), uint16(fudge));
  const variables = octets(
    name(key),
    uint16(255),
    uint32(0),
    name(algorithm),
    timers,
    uint16(error),
    uint16(other.length),
    other,
  );
  const { prior, between = [], timersOnly = false } = parts;
  const digested = octets(
    prior === undefined ? [] : octets(uint16(prior.length), prior),
    ...between,
    message,
    timersOnly ? timers : variables,
  );
  const whole = createHmac(parts.hash ?? 'sha256', parts.secret ?? SECRET).update(digested);
  const mac = parts.mac ?? whole.digest().subarray(0, parts.macLength);
  const rdata = octets(
    name(algorithm),
    timers,
    uint16(mac.length),
    mac,
    message.subarray(0, 2),
    uint16(error),
    uint16(other.length),
    other,
  );
  const additionals = (message[10]! << 8) | message[11]!;
  const head = octets(message.subarray(0, 10), uint16(additionals + 1), message.subarray(12));
  const tsig = record(key, TYPE.TSIG, rdata, { ttl: 0, rrClass: 255 });
  return { octets: octets(head, tsig), mac: Uint8Array.from(mac) };
}

/** Whether a TSIG record proves what it should (RFC 8945 section 5): of a request, of an answer. */

import { type Hmac, timingSafeEqual } from 'node:crypto';
import { formatName } from './name.ts';
import {
  addTimers,
  addUnsigned,
  addVariables,
  appendTsig,
  beginMac,
  isSameName,
  leastMacLength,
  readTsig,
  signMessage,
  TsigError,
  type TsigKey,
  type TsigRecord,
  wholeMacLength,
  writeTime,
} from './tsig.ts';

/** Messages of one answer that may follow each other without a signature (section 5.3.1). */
const MAX_UNSIGNED = 99;

/** What a check found: NONE, an error that TSIG has a number for, or a record that is none. */
export type TsigFinding = TsigError | 'malformed';

const ERROR_NAMES: ReadonlyMap<number, string> = new Map(
  Object.entries(TsigError).map(([name, code]) => [code, name]),
);

/** A request that came with a TSIG record, checked. */
export interface CheckedRequest {
  readonly finding: TsigFinding;
  readonly tsig: TsigRecord | undefined;
  readonly key: TsigKey | undefined;
}

/** Checks a request against the keys that are known; `time` is in seconds since the epoch. */
export function checkRequest(
  message: Uint8Array,
  length: number,
  keys: readonly TsigKey[],
  time: number,
): CheckedRequest {
  const tsig = readTsig(message, length);
  if (tsig === undefined || tsig === 'malformed') {
    return { finding: 'malformed', tsig: undefined, key: undefined };
  }
  const key = keys.find((one) => isKeyOf(one, tsig));
  if (key === undefined) return { finding: TsigError.BADKEY, tsig, key };
  const mac = addVariables(addUnsigned(beginMac(key), message, tsig), key, tsig).digest();
  return { finding: checkMac(mac, tsig, key, time), tsig, key };
}

/**
 * The reply to a checked request, with the TSIG record that belongs behind it (section 5.3):
 * signed, but for BADKEY and BADSIG, of which nothing can be proven.
 */
export function sealReply(reply: Uint8Array, request: CheckedRequest, time: number): Uint8Array {
  const { finding, tsig, key } = request;
  if (tsig === undefined || finding === 'malformed') return reply;
  const none = new Uint8Array(0);
  if (key === undefined || finding === TsigError.BADSIG) {
    const named = { name: tsig.keyName, algorithmName: tsig.algorithmName };
    return appendTsig(reply, named, none, { time: tsig.time, error: finding, other: none });
  }
  if (finding !== TsigError.BADTIME) {
    return signMessage(reply, key, { time, prior: tsig.mac, error: finding }).octets;
  }
  // Section 5.2.3: the client's time in the record, the server's in its other data.
  const other = new Uint8Array(6);
  writeTime(other, 0, time);
  return signMessage(reply, key, { time: tsig.time, prior: tsig.mac, error: finding, other })
    .octets;
}

/** The messages that answer one signed request, in their order (section 5.3.1). */
export class SignedAnswer {
  readonly #key: TsigKey;
  #hmac: Hmac;
  #isFirst = true;
  #unsigned = 0;

  /** `mac` is that of the request. */
  constructor(key: TsigKey, mac: Uint8Array) {
    this.#key = key;
    this.#hmac = beginMac(key, mac);
  }

  /** Whether nothing that has come is left without a signature behind it. */
  get isProven(): boolean {
    return !this.#isFirst && this.#unsigned === 0;
  }

  /** Takes the next message; returns what is wrong with it. `time` is in seconds. */
  take(message: Uint8Array, time: number): string | undefined {
    const tsig = readTsig(message, message.length);
    if (tsig === 'malformed') return 'its TSIG record is malformed';
    if (tsig === undefined) return this.#takeUnsigned(message);
    const told = ERROR_NAMES.get(tsig.error) ?? `error ${tsig.error}`;
    // BADKEY and BADSIG come without a MAC: there is nothing to check.
    if (tsig.error !== TsigError.NONE && tsig.mac.length === 0) return this.#said(told);
    if (!isKeyOf(this.#key, tsig)) {
      return `it is signed by ${formatName(tsig.keyName)}, another key; expect ${this.#name}`;
    }
    const finding = this.#check(message, tsig, time);
    if (finding !== TsigError.NONE) {
      return `${ERROR_NAMES.get(finding)}: ${REASONS[finding]}; its key is ${this.#name}`;
    }
    return tsig.error === TsigError.NONE ? undefined : this.#said(told);
  }

  get #name(): string {
    return formatName(this.#key.name);
  }

  #said(error: string): string {
    return `it answers ${error} to a request signed by ${this.#name}`;
  }

  #takeUnsigned(message: Uint8Array): string | undefined {
    if (this.#isFirst) return `it is not signed; expect a signature by ${this.#name}`;
    if (++this.#unsigned > MAX_UNSIGNED) {
      return `${this.#unsigned} messages without a signature; expect ${MAX_UNSIGNED} at most`;
    }
    this.#hmac.update(message);
    return undefined;
  }

  #check(message: Uint8Array, tsig: TsigRecord, time: number): TsigError {
    addUnsigned(this.#hmac, message, tsig);
    if (this.#isFirst) addVariables(this.#hmac, this.#key, tsig);
    else addTimers(this.#hmac, tsig);
    const finding = checkMac(this.#hmac.digest(), tsig, this.#key, time);
    this.#hmac = beginMac(this.#key, tsig.mac);
    this.#isFirst = false;
    this.#unsigned = 0;
    return finding === 'malformed' ? TsigError.BADSIG : finding;
  }
}

const REASONS: Readonly<Record<TsigError, string>> = {
  [TsigError.NONE]: '',
  [TsigError.BADSIG]: 'the signature is wrong, the secrets may differ',
  [TsigError.BADKEY]: 'the key is not known',
  [TsigError.BADTIME]: 'the clocks differ too much',
  [TsigError.BADTRUNC]: 'the signature is shorter than is allowed',
};

function isKeyOf(key: TsigKey, { keyName, algorithmName }: TsigRecord): boolean {
  return isSameName(key.name, keyName) && isSameName(key.algorithmName, algorithmName);
}

/** Section 5.2: the MAC first, then the time, then whether it is too short for our taste. */
function checkMac(whole: Uint8Array, tsig: TsigRecord, key: TsigKey, time: number): TsigFinding {
  const { length } = tsig.mac;
  const { algorithm } = key;
  // Section 5.2.2.1: outside of these bounds it is no MAC at all.
  if (length > wholeMacLength(algorithm) || length < leastMacLength(algorithm)) return 'malformed';
  if (!timingSafeEqual(whole.subarray(0, length), tsig.mac)) return TsigError.BADSIG;
  if (Math.abs(time - tsig.time) > tsig.fudge) return TsigError.BADTIME;
  return length < key.macLength ? TsigError.BADTRUNC : TsigError.NONE;
}

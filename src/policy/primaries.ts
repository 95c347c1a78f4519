/** NOTIFY (RFC 1996) from the primaries of transferred policy zones, signed (RFC 8945) or not. */

import type { Config } from '../config/config.ts';
import { builtIn, type Rule, type Verdict, type VerdictTable } from '../decision/verdict.ts';
import { parseAddress } from '../net/address.ts';
import { Malformed, type Query } from '../wire/query.ts';
import { Opcode, Rcode, RrClass, RrType } from '../wire/registry.ts';
import { isSameName, TsigError, type TsigKey } from '../wire/tsig.ts';
import { type CheckedRequest, checkRequest, sealReply } from '../wire/tsig-check.ts';
import type { TransferredZone } from './rpz/transfer/transferred-zone.ts';

interface Primary {
  readonly zone: Uint8Array;
  readonly family: 4 | 6;
  readonly words: Uint32Array;
  readonly accepted: Verdict;
}

export class Primaries {
  readonly #primaries: readonly Primary[];
  readonly #keys: readonly TsigKey[];
  readonly #unproven: Verdict;
  /** Of the query judged last: its reply is written before another is judged. */
  #checked: CheckedRequest | undefined;

  constructor(
    { policies }: Config,
    zones: ReadonlyMap<string, TransferredZone>,
    keys: readonly TsigKey[],
    verdicts: VerdictTable,
  ) {
    this.#keys = keys;
    const sign = (reply: Uint8Array, query: Query) => this.#sign(reply, query);
    const usual = { layer: 'notify', recursionAvailable: false, sign } as const;
    this.#unproven = verdicts.add({
      ...usual,
      action: 'reject',
      rule: builtIn('notify signature'),
      rcode: Rcode.NOTAUTH,
    });
    this.#primaries = [...zones.values()].flatMap(({ policy, zone, primaries }) => {
      const { file, line } = policies.find(({ value }) => value.name.value === policy)!.place;
      const rule: Rule = { id: `${policy} primaries`, file, line, implicit: false };
      const accepted = verdicts.add({ ...usual, action: 'accept', rule, notified: policy });
      return primaries.map(({ address }) => ({ zone, accepted, ...parseAddress(address)! }));
    });
  }

  /** Whether a query is NOTIFY of a primary for its zone: no access list is about those. */
  hasSent(query: Query): boolean {
    return query.opcode === Opcode.NOTIFY && this.#find(query) !== undefined;
  }

  /** What becomes of NOTIFY; undefined when it is of nobody known here. */
  judge(query: Query): Verdict | undefined {
    const primary = this.#find(query);
    this.#checked = undefined;
    if (primary === undefined || !query.signed) return primary?.accepted;
    const { message, length } = query;
    this.#checked = checkRequest(message, length, this.#keys, timeOf(query));
    return this.#checked.finding === TsigError.NONE ? primary.accepted : this.#unproven;
  }

  #find(query: Query): Primary | undefined {
    if (query.qtype !== RrType.SOA || query.qclass !== RrClass.IN) return undefined;
    if (query.malformed !== Malformed.NONE) return undefined;
    return this.#primaries.find(
      ({ zone, family, words }) =>
        family === query.family &&
        words.every((word, i) => word === query.address[i]) &&
        isSameName(zone, query.name),
    );
  }

  #sign(reply: Uint8Array, query: Query): Uint8Array {
    return this.#checked === undefined ? reply : sealReply(reply, this.#checked, timeOf(query));
  }
}

/** Seconds since the epoch. */
function timeOf({ receivedAt }: Query): number {
  return Math.floor(receivedAt / 1000);
}

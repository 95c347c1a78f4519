/** Host names of upstreams, looked up by asking the servers of another group. */

import { formatAddress } from '../net/address.ts';
import type { Answer } from '../wire/answer.ts';
import { readUint32 } from '../wire/header.ts';
import { parseName } from '../wire/name.ts';
import { RecordCursor, Section } from '../wire/records.ts';
import { formatRcode, Rcode, RrClass, RrType } from '../wire/registry.ts';
import type { UpstreamGroup } from './group.ts';
import type { SelfQueryTable } from './self-query-table.ts';

/** A name, and the group to ask for it. */
export interface Lookup {
  readonly group: string;
  readonly host: string;
}

export interface LookupEvents {
  /** The name has these addresses now, IPv4 before IPv6. */
  found(lookup: Lookup, addresses: readonly string[]): void;
  /** It has none, or nobody says which: those that it had stay. */
  failed(lookup: Lookup, why: string): void;
}

/** Milliseconds until another server is asked, at first and at most. */
const FIRST_RETRY_MS = 2500;
const LAST_RETRY_MS = 60_000;
/** Milliseconds for which addresses are used at least, and at most. */
const LEAST_MS = 30_000;
const MOST_MS = 3_600_000;

const TYPES = [RrType.A, RrType.AAAA] as const;

/** What one type of the name has come to. */
interface Found {
  readonly addresses: readonly string[];
  readonly ttlMs: number;
  readonly rcode: number;
}

interface Asked {
  readonly lookup: Lookup;
  dueAt: number;
  retryMs: number;
  /** How many servers have been asked in vain. */
  tries: number;
  found: Map<number, Found>;
}

export class NameLookups {
  readonly #selfQueries: SelfQueryTable;
  #asked: Asked[] = [];
  #on: LookupEvents = { found() {}, failed() {} };

  constructor(selfQueries: SelfQueryTable) {
    this.#selfQueries = selfQueries;
  }

  /** Looks these names up from now on, again and again; what was known before is looked up later. */
  use(lookups: readonly Lookup[], on: LookupEvents): void {
    this.#on = on;
    this.#asked = lookups.map((lookup) => {
      const known = this.#asked.find(
        (one) => one.lookup.host === lookup.host && one.lookup.group === lookup.group,
      );
      return known ?? { lookup, dueAt: 0, retryMs: FIRST_RETRY_MS, tries: 0, found: new Map() };
    });
  }

  tick(groups: ReadonlyMap<string, UpstreamGroup>, now: number): void {
    for (const asked of this.#asked) {
      if (now < asked.dueAt) continue;
      if (asked.dueAt > 0 && asked.found.size === 0 && asked.tries > 0) {
        this.#on.failed(asked.lookup, 'no answer');
      }
      this.#ask(asked, groups.get(asked.lookup.group)?.upstreams ?? [], now);
    }
  }

  #ask(asked: Asked, upstreams: UpstreamGroup['upstreams'], now: number): void {
    const upstream = upstreams[asked.tries++ % Math.max(1, upstreams.length)];
    asked.found = new Map();
    asked.dueAt = now + asked.retryMs;
    asked.retryMs = Math.min(2 * asked.retryMs, LAST_RETRY_MS);
    if (upstream === undefined) return;
    const name = parseName(asked.lookup.host) as Uint8Array;
    for (const type of TYPES) {
      this.#selfQueries.ask(upstream, { name, type, rrClass: RrClass.IN }, now, (answer, _, time) =>
        this.#hear(asked, type, answer, time.now),
      );
    }
  }

  #hear(asked: Asked, type: number, answer: Answer, now: number): void {
    asked.found.set(type, {
      addresses: addressesOf(answer, type),
      ttlMs: answer.ttl * 1000,
      rcode: answer.rcode,
    });
    if (asked.found.size < TYPES.length) return;
    const both = TYPES.map((one) => asked.found.get(one)!);
    const addresses = both.flatMap((one) => one.addresses);
    if (addresses.length === 0) {
      const bad = both.find(({ rcode }) => rcode !== Rcode.NOERROR);
      return this.#on.failed(
        asked.lookup,
        bad === undefined ? 'no address' : formatRcode(bad.rcode),
      );
    }
    const ttlMs = Math.min(
      ...both.filter((one) => one.addresses.length > 0).map((one) => one.ttlMs),
    );
    asked.dueAt = now + Math.max(LEAST_MS, Math.min(MOST_MS, ttlMs));
    asked.retryMs = FIRST_RETRY_MS;
    asked.tries = 0;
    this.#on.found(asked.lookup, addresses);
  }
}

/** Of the records of a type in the answer, whatever alias leads to them. */
function addressesOf({ message, length }: Answer, type: number): string[] {
  const records = new RecordCursor();
  const addresses: string[] = [];
  records.start(message, length);
  while (records.next()) {
    const { section, rdataAt, end, rrClass } = records;
    if (section !== Section.ANSWER || records.type !== type || rrClass !== RrClass.IN) continue;
    const octets = end - rdataAt;
    if (octets !== (type === RrType.A ? 4 : 16)) continue;
    const words = new Uint32Array(4);
    for (let i = 0; i < octets / 4; i++) words[i] = readUint32(message, rdataAt + 4 * i);
    addresses.push(formatAddress(type === RrType.A ? 4 : 6, words));
  }
  return addresses;
}

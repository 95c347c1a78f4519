/** Names with their records, and where somebody has written them. */

import type { InsideAnswer, OwnedRecord } from '../../decision/verdict.ts';
import type { Address } from '../../net/address.ts';
import { writeUint32 } from '../../wire/header.ts';
import { lowerName, nameLength } from '../../wire/name.ts';
import type { Query } from '../../wire/query.ts';
import { Rcode, RrType } from '../../wire/registry.ts';
import type { RecordData } from '../../wire/response.ts';
import { NameTable } from '../rules/name-table.ts';
import { reverseName } from './reverse-name.ts';

/**
 * Seconds for which a client may remember a record whose text has no TTL: as long as it may take
 * until everybody knows what a reload has changed.
 */
export const LOCAL_TTL = 300;

/** Which of the sources a name is from, and its line there. */
export interface LocalPlace {
  readonly source: number;
  readonly line: number;
}

/** Records behind an alias. */
interface Chain {
  readonly records: readonly OwnedRecord[];
  /** The last name, with records of its own; undefined when they are not in the table. */
  readonly end: Uint8Array | undefined;
  /** Where the chain leaves the table. */
  readonly target: Uint8Array | undefined;
}

export class LocalTable {
  readonly #names: NameTable = new NameTable();
  readonly #records: RecordData[][] = [];
  readonly #places: LocalPlace[] = [];
  readonly #chains: Map<number, Chain> = new Map();

  get count(): number {
    return this.#names.count;
  }

  /** All names, in lower-case wire format. */
  names(): Iterable<Uint8Array> {
    return this.#names.names();
  }

  /** The number of a name, or a negative number. */
  entryOf(wire: Uint8Array): number {
    return this.#names.entryOf(wire, false);
  }

  nameOf(entry: number): Uint8Array {
    return this.#names.nameOf(entry);
  }

  placeOf(entry: number): LocalPlace {
    return this.#places[entry]!;
  }

  recordsOf(entry: number): readonly RecordData[] {
    return this.#records[entry]!;
  }

  /** What there is of a type where the alias of an entry leads; `soa` is for what there is none of. */
  answerBehind(entry: number, qtype: number, soa: RecordData): InsideAnswer | undefined {
    const chain = this.#chains.get(entry);
    if (chain === undefined) return undefined;
    const { end, target: next } = chain;
    const records = chain.records.filter(
      ({ record: { type } }) => type === qtype || type === RrType.CNAME,
    );
    const isEmpty = records.every(({ record: { type } }) => type !== qtype);
    if (end !== undefined && isEmpty) records.push({ owner: end, record: soa });
    return { rcode: Rcode.NOERROR, records, next };
  }

  /** The number of the name that is asked, whose match `query.match` has then; or negative. */
  find(query: Query): number {
    const entry = this.#names.find(query, 0, false);
    if (entry < 0) return entry;
    const { match } = query;
    match.trigger = 'qname';
    match.name = query;
    match.depth = 0;
    match.wildcard = false;
    match.line = this.#places[entry]!.line;
    match.entry = entry;
    return entry;
  }

  /** Adds a record that is not there yet; a name keeps the place where it was added first. */
  add(wire: Uint8Array, record: RecordData, place: LocalPlace): void {
    const entry = this.#names.add(wire, false);
    this.#places[entry] ??= place;
    this.#records[entry] ??= [];
    const records = this.#records[entry]!;
    if (!records.some((known) => isSame(known, record))) records.push(record);
  }

  /** The address of a host. */
  addAddress(wire: Uint8Array, address: Address, place: LocalPlace): void {
    this.add(wire, addressRecord(address), place);
  }

  /** The name of an address: the one that was given first, unless its name is listed by itself. */
  addReverse(address: Address, wire: Uint8Array, place: LocalPlace): void {
    const owner = reverseName(address);
    if (this.entryOf(owner) >= 0) return;
    this.add(owner, { type: RrType.PTR, ttl: LOCAL_TTL, rdata: wire }, place);
  }

  /** Follows all aliases that lead to names in the table; returns those that lead to themselves. */
  follow(): readonly number[] {
    const circles: number[] = [];
    for (let entry = 0; entry < this.count; entry++) {
      const chain = this.#follow(entry);
      if (chain === null) circles.push(entry);
      else if (chain !== undefined) this.#chains.set(entry, chain);
    }
    return circles;
  }

  #follow(start: number): Chain | undefined | null {
    const records: OwnedRecord[] = [];
    const seen = new Set([start]);
    let target = this.#aliasOf(start);
    while (target !== undefined) {
      const entry = this.entryOf(target);
      if (entry < 0) return { records, end: undefined, target };
      if (seen.has(entry)) return null;
      seen.add(entry);
      const owner = this.nameOf(entry);
      for (const record of this.recordsOf(entry)) records.push({ owner, record });
      target = this.#aliasOf(entry);
      if (target === undefined) return { records, end: owner, target: undefined };
    }
    return undefined;
  }

  #aliasOf(entry: number): Uint8Array | undefined {
    const alias = this.recordsOf(entry).find(({ type }) => type === RrType.CNAME);
    return alias && lowerName(alias.rdata.subarray(0, nameLength(alias.rdata)));
  }
}

function addressRecord({ family, words }: Address): RecordData {
  const rdata = new Uint8Array(family === 4 ? 4 : 16);
  for (let at = 0; at < rdata.length; at += 4) writeUint32(rdata, at, words[at >> 2]!);
  return { type: family === 4 ? RrType.A : RrType.AAAA, ttl: LOCAL_TTL, rdata };
}

function isSame(a: RecordData, b: RecordData): boolean {
  return a.type === b.type && Buffer.compare(a.rdata, b.rdata) === 0;
}

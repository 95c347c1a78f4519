/** A zone that another server serves itself, from its zone file: what it answers (RFC 1034 section 4.3.2). */

import { readFileSync } from 'node:fs';
import { ZoneReader } from '../policy/zone-text/zone-text.ts';
import { parentName } from '../wire/name.ts';
import { RrType } from '../wire/registry.ts';
import type { RecordData } from '../wire/response.ts';

/** A name of it, as a string of its octets in lower case. */
export type NameKey = string;

export function keyOf(wire: Uint8Array): NameKey {
  return Buffer.from(wire).toString('latin1');
}

export interface ZoneAnswer {
  readonly kind: 'answer' | 'nodata' | 'nxdomain' | 'referral' | 'alias';
  /** Of the type asked, or the alias. */
  readonly records: readonly RecordData[];
  /** Of an alias: the name to go on with. */
  readonly target?: Uint8Array;
  /** The line of the record that decides; 0 when none does. */
  readonly line: number;
}

interface Node {
  readonly records: RecordData[];
  line: number;
}

export class ZoneData {
  readonly #apex: NameKey;
  readonly #nodes: Map<NameKey, Node> = new Map();
  /** Names above those that have records: they exist without any. */
  readonly #above: Set<NameKey> = new Set();

  constructor(apex: Uint8Array) {
    this.#apex = keyOf(apex);
  }

  /** Every name that has records, in wire format. */
  names(): readonly Uint8Array[] {
    return [...this.#nodes.keys()].map((key) => Buffer.from(key, 'latin1'));
  }

  /** Adds a record; of an owner outside of the zone it is passed over. */
  add(owner: Uint8Array, record: RecordData, line: number): void {
    const key = keyOf(owner);
    if (key !== this.#apex && !key.endsWith(this.#apex)) return;
    const node = this.#nodes.get(key) ?? { records: [], line };
    node.records.push(record);
    this.#nodes.set(key, node);
    for (let above = parentName(owner); above !== undefined; above = parentName(above)) {
      this.#above.add(keyOf(above));
      if (keyOf(above) === this.#apex) break;
    }
  }

  /** What the zone says of a name in it, in lower-case wire format. */
  find(name: Uint8Array, type: number): ZoneAnswer {
    const path = this.#pathOf(name);
    for (const [depth, above] of path.entries()) {
      const isName = depth === path.length - 1;
      const node = this.#nodes.get(keyOf(above));
      if (node === undefined) continue;
      const isCut = depth > 0 && has(node, RrType.NS);
      // RFC 4035 section 3.1.4.1: a DS record is the parent's.
      if (isCut && !(isName && type === RrType.DS))
        return { kind: 'referral', records: [], line: node.line };
      const dname = node.records.find((record) => record.type === RrType.DNAME);
      if (dname === undefined || isName) continue;
      return answerByDname(renamed(name, above, dname, node.line), type);
    }
    const own = this.#nodes.get(keyOf(name));
    if (own !== undefined) return answerOf(own, type);
    if (this.#above.has(keyOf(name))) return { kind: 'nodata', records: [], line: 0 };
    return this.#wildcard(path, type);
  }

  /** The apex, and then each name down to the one asked. */
  #pathOf(name: Uint8Array): readonly Uint8Array[] {
    const path: Uint8Array[] = [];
    for (let at: Uint8Array | undefined = name; at !== undefined; at = parentName(at)) {
      path.unshift(at);
      if (keyOf(at) === this.#apex) break;
    }
    return path;
  }

  /** RFC 4592: the wildcard below the closest name that exists. */
  #wildcard(path: readonly Uint8Array[], type: number): ZoneAnswer {
    for (let depth = path.length - 2; depth >= 0; depth--) {
      const key = keyOf(path[depth]!);
      if (!this.#nodes.has(key) && !this.#above.has(key)) continue;
      const wild = this.#nodes.get(`\x01*${key}`);
      if (wild !== undefined) return answerOf(wild, type);
      break;
    }
    return { kind: 'nxdomain', records: [], line: 0 };
  }
}

function has({ records }: Node, type: number): boolean {
  return records.some((record) => record.type === type);
}

function answerOf(node: Node, type: number): ZoneAnswer {
  const { line } = node;
  const records =
    type === RrType.ANY ? node.records : node.records.filter((record) => record.type === type);
  if (records.length > 0) return { kind: 'answer', records, line };
  const alias = node.records.find((record) => record.type === RrType.CNAME);
  if (alias !== undefined)
    return { kind: 'alias', records: [alias], target: lower(alias.rdata), line };
  return { kind: 'nodata', records: [], line };
}

/** Who asks for an alias gets it, and is led no further (RFC 1034 section 3.6.2). */
function answerByDname(alias: ZoneAnswer, type: number): ZoneAnswer {
  const { records, line, target } = alias;
  // BIND sends the alias alone to whoever asks for all there is.
  if (type === RrType.ANY) return { kind: 'answer', records, line };
  if (type !== RrType.CNAME) return alias;
  const cname = { type: RrType.CNAME, ttl: records[0]!.ttl, rdata: target! };
  return { kind: 'answer', records: [...records, cname], line };
}

/** RFC 6672 section 2.2: the owner's place in the name is taken by the target. */
function renamed(name: Uint8Array, owner: Uint8Array, dname: RecordData, line: number): ZoneAnswer {
  const prefix = name.subarray(0, name.length - owner.length);
  const target = Uint8Array.of(...prefix, ...lower(dname.rdata));
  return { kind: 'alias', records: [dname], target, line };
}

function lower(name: Uint8Array): Uint8Array {
  return name.map((octet) => (octet >= 0x41 && octet <= 0x5a ? octet + 0x20 : octet));
}

/** Reads a zone file; undefined when nobody can read it. Records that are none are passed over. */
export function readZoneFile(file: string, apex: Uint8Array): ZoneData | undefined {
  let octets: Uint8Array;
  try {
    octets = readFileSync(file);
  } catch {
    return undefined;
  }
  const zone = new ZoneData(apex);
  const readText = (path: string) => readFileSync(path);
  const reader = new ZoneReader(octets, apex, { file, readText });
  while (reader.next()) {
    const rdata = reader.rdata();
    if (rdata === undefined) continue;
    const owner = reader.owner.slice(0, reader.ownerLength);
    zone.add(owner, { type: reader.type, ttl: reader.ttl, rdata }, reader.line);
  }
  return zone;
}

/** Names that dnsmasq answers itself: hosts files, `host-record`, `cname` and other records of its configuration. */

import type { Place } from '../../config/problem.ts';
import { RrType } from '../../wire/registry.ts';
import type { RecordData } from '../../wire/response.ts';
import { CachedNames } from './cached-names.ts';
import { isWithin } from './names.ts';

export interface LocalRecord {
  readonly record: RecordData;
  readonly place: Place;
  /** Of aliases and of reverse names: the name that it leads to. */
  readonly target?: string;
}

interface HostName {
  readonly records: LocalRecord[];
}

export class LocalNames {
  /** Addresses from hosts files and `host-record`. */
  readonly hosts: Map<string, HostName> = new Map();
  readonly aliases: Map<string, LocalRecord> = new Map();
  /** `txt-record`, `mx-host`, `srv-host`, `naptr-record`, `ptr-record`, by their names. */
  readonly records: Map<string, LocalRecord[]> = new Map();
  /** `dns-rr`, `caa-record`: they do not make their names known. */
  readonly raw: Map<string, LocalRecord[]> = new Map();
  /** Texts of class CH. */
  readonly chaos: ReadonlySet<string>;
  readonly #reverse: Map<string, LocalRecord[]> = new Map();
  /** Hosts of `hostsdir` alone. */
  readonly #late: Set<string> = new Set();
  #cached: CachedNames | undefined;

  constructor(chaos: readonly string[]) {
    this.chaos = new Set(chaos);
  }

  /** An address of a name; the first name of an address is the one that its reverse name has. */
  addHost(name: string, address: Uint8Array, place: Place, details: HostDetails): void {
    const { ttl, pointer, isLate = false } = details;
    if (!isLate) this.#late.delete(name);
    else if (!this.hosts.has(name)) this.#late.add(name);
    const host = this.hosts.get(name) ?? { records: [] };
    this.hosts.set(name, host);
    const record = { type: address.length === 4 ? RrType.A : RrType.AAAA, ttl, rdata: address };
    if (host.records.some((other) => isSame(other.record, record))) return;
    host.records.push({ record, place });
    const key = keyOf(address);
    if (!this.#reverse.has(key) && pointer !== undefined) {
      const back = { type: RrType.PTR, ttl, rdata: pointer };
      this.#reverse.set(key, [{ record: back, place, target: name }]);
    }
  }

  addAlias(name: string, record: LocalRecord): void {
    this.aliases.set(name, record);
  }

  addRecord(name: string, record: LocalRecord): void {
    const all = this.records.get(name) ?? [];
    this.records.set(name, [...all, record]);
  }

  addRaw(name: string, record: LocalRecord): void {
    this.raw.set(name, [...(this.raw.get(name) ?? []), record]);
  }

  /** Names that hosts files have for an address. */
  reverse(address: Uint8Array): readonly LocalRecord[] {
    return this.#reverse.get(keyOf(address)) ?? [];
  }

  /** A name of hosts, or one above that the cache has for them: what `localmx` and `selfmx` are for. */
  isHost(name: string): boolean {
    return this.#inCache.isOfHosts(name);
  }

  /** Whether a name has something below or at it: others are NXDOMAIN where nobody is asked. */
  exists(name: string): boolean {
    if (this.#inCache.has(name)) return true;
    const named = [...this.records.keys(), ...this.chaos];
    return named.some((other) => isWithin(name, other));
  }

  /** A name, or one above it, that the cache of dnsmasq has. */
  isKnown(name: string): boolean {
    return this.#inCache.has(name);
  }

  get all(): readonly string[] {
    const maps = [this.hosts, this.aliases, this.records, this.raw] as const;
    return maps.flatMap((map) => [...map.keys()]);
  }

  /** Made when all is read: what is in it depends on the order. */
  get #inCache(): CachedNames {
    if (this.#cached !== undefined) return this.#cached;
    const cached = new CachedNames();
    for (const name of this.aliases.keys()) cached.addAlias(name);
    for (const name of this.hosts.keys()) if (!this.#late.has(name)) cached.addHost(name);
    for (const name of this.#recordNames()) cached.addRecord(name);
    for (const name of this.#late) cached.addHost(name);
    this.#cached = cached;
    return cached;
  }

  /** By their types; of each type the last one that was added comes first. */
  #recordNames(): readonly string[] {
    const all = [...this.records].reverse();
    const named = CACHED_TYPES.flatMap((types) =>
      all.flatMap(([name, records]) =>
        records.some(({ record: { type } }) => types.includes(type)) ? [name] : [],
      ),
    );
    return [...this.chaos, ...named];
  }
}

/** In the order in which dnsmasq puts them into its cache. */
const CACHED_TYPES: readonly (readonly number[])[] = [
  [RrType.TXT],
  [RrType.NAPTR],
  [RrType.MX, RrType.SRV],
  [RrType.PTR],
];

export interface HostDetails {
  readonly ttl: number;
  /** The name in wire format, for the reverse name. */
  readonly pointer: Uint8Array | undefined;
  /** It is of `hostsdir`, which is read last. */
  readonly isLate?: boolean;
}

function isSame(a: RecordData, b: RecordData): boolean {
  return a.type === b.type && Buffer.compare(a.rdata, b.rdata) === 0;
}

function keyOf(address: Uint8Array): string {
  return Buffer.from(address).toString('hex');
}

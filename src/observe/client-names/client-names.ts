/** Names of clients, for people: looked up when something is shown, never when a query is judged. */

import { readFile, stat } from 'node:fs/promises';
import { formatAddress, parseAddress } from '../../net/address.ts';
import { formatPrefix, type Prefix } from '../../net/prefix.ts';
import type { KubernetesAccess } from './kubernetes-api.ts';
import { KubernetesNames } from './kubernetes-names.ts';
import {
  type ReadNames,
  readDnsmasqLeases,
  readHosts,
  readIscLeases,
  readKeaLeases,
} from './lease-files.ts';

/** The kinds of files, as the configuration names them. */
export const NAME_FILES = {
  hosts: readHosts,
  dnsmasqLeases: readDnsmasqLeases,
  keaLeases: readKeaLeases,
  iscLeases: readIscLeases,
} as const satisfies Readonly<Record<string, ReadNames>>;
export type NameFileKind = keyof typeof NAME_FILES;

/** A file to read names from, somebody to ask for PTR records, or the API server of a cluster. */
export type NameSource =
  | { readonly kind: NameFileKind; readonly file: string }
  | { readonly kind: 'ptr'; readonly ask: (address: string) => Promise<string | undefined> }
  | { readonly kind: 'kubernetes'; readonly access: KubernetesAccess };

/** Milliseconds in which a file is not looked at again. */
const LOOK_MS = 2000;
/** Milliseconds that an answer to a PTR question is kept, also that there is none. */
const KEPT_MS = 600_000;
/** Names that are kept of one source, and the length of one. */
const MOST = 1_000_000;
const MOST_ASKED = 10_000;
const LONGEST = 255;

/** Clients that have a name together. */
export interface NamedGroup {
  readonly name: string;
  readonly prefixes: readonly Prefix[];
}

/** The first source that has a name for an address gives it. */
export class ClientNames {
  readonly #sources: readonly (NamesOfFile | AskedNames | KubernetesNames)[];
  readonly #groups: readonly NamedGroup[];

  /** `failed` is told why a file cannot be read, once until it can. */
  constructor(
    sources: readonly NameSource[],
    failed: (why: string) => void = () => {},
    groups: readonly NamedGroup[] = [],
  ) {
    this.#groups = groups;
    this.#sources = sources.map((source) => {
      if (source.kind === 'ptr') return new AskedNames(source.ask);
      if (source.kind === 'kubernetes') return new KubernetesNames(source.access, failed);
      return new NamesOfFile(source.file, NAME_FILES[source.kind], failed);
    });
  }

  /** Ends what goes on by itself. */
  close(): void {
    for (const source of this.#sources) if (source instanceof KubernetesNames) source.close();
  }

  /** The names of those addresses that have one. */
  async find(addresses: Iterable<string>): Promise<Readonly<Record<string, string>>> {
    if (this.#sources.length === 0) return {};
    const names: [string, string][] = [];
    for (const address of new Set(addresses)) {
      const name = await this.#nameOf(address);
      if (name !== undefined) names.push([address, name]);
    }
    return Object.fromEntries(names);
  }

  /** The addresses of clients with this name, of files and clusters: nobody is asked for PTR records. */
  async addressesOf(name: string): Promise<readonly string[]> {
    const wanted = name.toLowerCase();
    const found = await Promise.all(this.#sources.map((source) => source.addressesOf(wanted)));
    return [...new Set(found.flat())];
  }

  /** The clients that are called so: addresses with this name, or the prefixes of a group. Empty when there are none. */
  async calledSo(name: string): Promise<readonly string[]> {
    const addresses = await this.addressesOf(name);
    if (addresses.length > 0) return addresses;
    return this.#groups.find((group) => group.name === name)?.prefixes.map(formatPrefix) ?? [];
  }

  async #nameOf(address: string): Promise<string | undefined> {
    for (const source of this.#sources) {
      const name = await source.nameOf(address);
      if (name !== undefined) return name;
    }
    return undefined;
  }
}

/** The names in one file, which is read again when it has changed. */
class NamesOfFile {
  readonly #file: string;
  readonly #read: ReadNames;
  readonly #failed: (why: string) => void;
  #names: ReadonlyMap<string, string> = new Map();
  /** Addresses by each further name in lower case. */
  #aliases: ReadonlyMap<string, readonly string[]> = new Map();
  #version = '';
  #lookedAt = Number.NEGATIVE_INFINITY;
  #looking: Promise<void> | undefined;
  #hasFailed = false;

  constructor(file: string, read: ReadNames, failed: (why: string) => void) {
    this.#file = file;
    this.#read = read;
    this.#failed = failed;
  }

  async nameOf(address: string): Promise<string | undefined> {
    await this.#look();
    return this.#names.get(address);
  }

  async addressesOf(name: string): Promise<readonly string[]> {
    await this.#look();
    const named = [...this.#names].flatMap(([address, its]) =>
      its.toLowerCase() === name ? address : [],
    );
    return [...named, ...(this.#aliases.get(name) ?? [])];
  }

  #look(): Promise<void> {
    if (performance.now() - this.#lookedAt < LOOK_MS) return this.#looking ?? Promise.resolve();
    this.#lookedAt = performance.now();
    this.#looking = this.#refresh().catch((error: Error) => {
      if (!this.#hasFailed) this.#failed(`clientNames: ${this.#file}: ${error.message}`);
      this.#hasFailed = true;
    });
    return this.#looking;
  }

  async #refresh(): Promise<void> {
    const { mtimeMs, size, ino } = await stat(this.#file);
    const version = `${ino} ${size} ${mtimeMs}`;
    if (version === this.#version) return;
    const text = await readFile(this.#file, 'utf8');
    const names = new Map<string, string>();
    const others = new Map<string, string[]>();
    for (const { address, name, aliases = [] } of this.#read(text, Date.now())) {
      const parsed = parseAddress(address);
      if (parsed === undefined) continue;
      const key = formatAddress(parsed.family, parsed.words);
      if (name === '') names.delete(key);
      else if (names.size < MOST || names.has(key)) names.set(key, name.slice(0, LONGEST));
      for (const alias of aliases) addAlias(others, alias.toLowerCase(), key);
    }
    this.#names = names;
    this.#aliases = others;
    this.#version = version;
    this.#hasFailed = false;
  }
}

/** Names that somebody is asked for, as PTR records. */
class AskedNames {
  readonly #ask: (address: string) => Promise<string | undefined>;
  readonly #known: Map<string, { readonly name: string | undefined; readonly at: number }> =
    new Map();

  constructor(ask: (address: string) => Promise<string | undefined>) {
    this.#ask = ask;
  }

  async nameOf(address: string): Promise<string | undefined> {
    const known = this.#known.get(address);
    if (known !== undefined && performance.now() - known.at < KEPT_MS) return known.name;
    if (parseAddress(address) === undefined) return undefined;
    const name = await this.#ask(address).catch(() => undefined);
    if (this.#known.size >= MOST_ASKED) this.#known.delete(this.#known.keys().next().value!);
    this.#known.set(address, { name: name?.slice(0, LONGEST), at: performance.now() });
    return name;
  }

  async addressesOf(name: string): Promise<readonly string[]> {
    return [...this.#known].flatMap(([address, one]) =>
      one.name?.toLowerCase() === name ? address : [],
    );
  }
}

function addAlias(aliases: Map<string, string[]>, alias: string, address: string): void {
  const known = aliases.get(alias);
  if (known !== undefined) known.push(address);
  else if (aliases.size < MOST) aliases.set(alias, [address]);
}

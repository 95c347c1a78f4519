/** The lists of gravity.db: which of them count for a client, and what they say of a name. */

import { contains, type Prefix, parsePrefix } from '../../net/prefix.ts';
import type { Query } from '../../wire/query.ts';
import type { Left } from '../left.ts';
import type { Database } from './database.ts';
import { type PiholeRegex, readRegex } from './regex.ts';

/** Something on a list; `row` is the id of it in its table. */
export interface Entry {
  readonly row: number;
  readonly text: string;
  /** Groups in use that have it. */
  readonly groups: ReadonlySet<number>;
}

export interface RegexEntry extends Entry {
  readonly regex: PiholeRegex;
}

/** Numbers of `domainlist.type`. */
const TYPES = { allow: 0, deny: 1, allowRegex: 2, denyRegex: 3 } as const;
const DEFAULT_GROUP = 0;
/** Whoever looks for more names than these is quicker with all of the table in memory. */
const MOST_LOOKUPS = 1000;

export class Gravity {
  readonly allow: ReadonlyMap<string, Entry>;
  readonly deny: ReadonlyMap<string, Entry>;
  readonly allowRegexes: readonly RegexEntry[];
  readonly denyRegexes: readonly RegexEntry[];
  readonly #database: Database;
  readonly #file: string;
  readonly #lists: ReadonlyMap<number, Entry>;
  readonly #clients: readonly { readonly prefix: Prefix; readonly groups: ReadonlySet<number> }[];
  readonly #find: Readonly<Record<'gravity' | 'antigravity', (name: string) => readonly number[]>>;

  /** `left` gets what is not read. */
  constructor(database: Database, file: string, left: Left[]) {
    this.#database = database;
    this.#file = file;
    const inUse = new Set(database.all('SELECT id FROM "group" WHERE enabled').map(({ id }) => id));
    const groups = (table: string, key: string) => {
      const found = new Map<number, Set<number>>();
      for (const { id, group } of database.all(
        `SELECT ${key} AS id, group_id AS "group" FROM ${table}`,
      )) {
        const known = found.get(Number(id)) ?? new Set();
        if (inUse.has(group!)) known.add(Number(group));
        found.set(Number(id), known);
      }
      return (id: unknown): ReadonlySet<number> => found.get(Number(id)) ?? new Set();
    };
    const groupsOf = groups('domainlist_by_group', 'domainlist_id');
    const written = database
      .all('SELECT id, type, domain FROM domainlist WHERE enabled ORDER BY id')
      .map(({ id, type, domain }) => ({
        ...{ row: Number(id), type: Number(type), text: String(domain), groups: groupsOf(id) },
      }));
    const exact = (type: number) =>
      new Map(written.filter((one) => one.type === type).map((one) => [one.text, one]));
    const regexes = (type: number) =>
      written.filter((one) => one.type === type).flatMap((one) => withRegex(one, file, left));
    this.allow = exact(TYPES.allow);
    this.deny = exact(TYPES.deny);
    this.allowRegexes = regexes(TYPES.allowRegex);
    this.denyRegexes = regexes(TYPES.denyRegex);
    this.#lists = this.#readLists(groups('adlist_by_group', 'adlist_id'));
    this.#clients = this.#readClients(groups('client_by_group', 'client_id'), left);
    this.#find = { gravity: this.#finder('gravity'), antigravity: this.#finder('antigravity') };
  }

  /** Of the client with the longest prefix; who has none is in the default group. */
  groupsOf({ family, address: words }: Query): ReadonlySet<number> {
    const own = this.#clients.find(({ prefix }) => contains(prefix, { family, words }));
    return own?.groups ?? new Set([DEFAULT_GROUP]);
  }

  /** The list that has the name, or a name above it as `||name^`. */
  listed(
    table: 'gravity' | 'antigravity',
    name: string,
    groups: ReadonlySet<number>,
  ): Entry | undefined {
    const sign = table === 'gravity' ? '' : '@@';
    const labels = name.split('.');
    const patterns = labels.map((_, i) => `${sign}||${labels.slice(i).join('.')}^`);
    for (const text of [name, ...patterns]) {
      for (const id of this.#find[table](text)) {
        const list = this.#lists.get(id);
        if (list !== undefined && isShared(list.groups, groups)) return list;
      }
    }
    return undefined;
  }

  get prefixes(): readonly Prefix[] {
    return this.#clients.map(({ prefix }) => prefix);
  }

  /** Every name that a list has; a million of them take a second. */
  names(): readonly string[] {
    const listed = ['gravity', 'antigravity'].flatMap((table) =>
      this.#has(table) ? this.#database.all(`SELECT DISTINCT domain FROM ${table}`) : [],
    );
    const plain = listed.map(({ domain }) => String(domain).replace(/^(?:@@)?\|\||\^$/g, ''));
    return [...plain, ...this.allow.keys(), ...this.deny.keys()];
  }

  /** What changes when the lists do. */
  get identity(): string {
    const updated = this.#database.all("SELECT value FROM info WHERE property = 'updated'");
    const entries = [this.allow, this.deny].flatMap((map) => [...map.keys()]);
    const regexes = [...this.allowRegexes, ...this.denyRegexes].map(({ text }) => text);
    const lists = [...this.#lists.values()].map(({ text }) => text);
    return JSON.stringify([updated, entries, regexes, lists]);
  }

  #has(table: string): boolean {
    const found = this.#database.all(
      `SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = '${table}'`,
    );
    return found.length > 0;
  }

  #finder(table: string): (name: string) => readonly number[] {
    // Version 5 has no lists that allow.
    if (!this.#has(table)) return () => [];
    const ask = this.#database.prepare(`SELECT DISTINCT adlist_id FROM ${table} WHERE domain = ?`);
    let asked = 0;
    let all: ReadonlyMap<string, readonly number[]> | undefined;
    return (name) => {
      if (all === undefined && ++asked <= MOST_LOOKUPS) {
        return ask(name).map((row) => Number(row['adlist_id']));
      }
      all ??= this.#readAll(table);
      return all.get(name) ?? [];
    };
  }

  #readAll(table: string): ReadonlyMap<string, readonly number[]> {
    const all = new Map<string, readonly number[]>();
    for (const row of this.#database.all(`SELECT domain, adlist_id FROM ${table}`)) {
      const domain = String(row['domain']);
      all.set(domain, [...(all.get(domain) ?? []), Number(row['adlist_id'])]);
    }
    return all;
  }

  #readLists(groupsOf: (id: unknown) => ReadonlySet<number>): ReadonlyMap<number, Entry> {
    const rows = this.#database.all('SELECT id, address FROM adlist WHERE enabled');
    return new Map(
      rows.map(({ id, address }) => [
        Number(id),
        { row: Number(id), text: String(address), groups: groupsOf(id) },
      ]),
    );
  }

  /** The longest prefix first; of two that are as long, the one that was added last. */
  #readClients(groupsOf: (id: unknown) => ReadonlySet<number>, left: Left[]) {
    const rows = this.#database.all('SELECT id, ip FROM client ORDER BY id DESC');
    return rows
      .flatMap(({ id, ip }) => {
        const prefix = parsePrefix(String(ip));
        if (typeof prefix !== 'string') return [{ prefix, groups: groupsOf(id) }];
        left.push({
          place: { file: this.#file, line: Number(id), column: 1 },
          ...{ what: `client ${ip}`, decides: true },
          instead: 'groups by hardware address, host name or interface: name its address',
        });
        return [];
      })
      .sort((a, b) => b.prefix.length - a.prefix.length);
  }
}

export function isShared(a: ReadonlySet<number>, b: ReadonlySet<number>): boolean {
  return [...a].some((one) => b.has(one));
}

function withRegex(entry: Entry, file: string, left: Left[]): readonly RegexEntry[] {
  const regex = readRegex(entry.text);
  const place = { file, line: entry.row, column: 1 };
  const what = `regular expression ${entry.text}`;
  if (typeof regex === 'string') {
    left.push({ place, what, instead: `${regex}: write rules for its names`, decides: true });
    return [];
  }
  const instead = 'names by a pattern: write it as /…/ in an adblock list of policies';
  left.push({ place, what, instead, decides: true, isExplained: true });
  return [{ ...entry, regex }];
}

/**
 * The names that dnsmasq's cache has of its configuration, as `cache_reload` fills it: a name above another
 * gets an entry without records, unless it has one already. What that entry is of depends on who comes
 * first: aliases, then hosts, then other records, then the files of `hostsdir`.
 */

import { namesAbove } from './names.ts';

/** Of an entry: a host's, or another's; with records, or only above a name that has some. */
interface Entry {
  readonly isOfHosts: boolean;
  readonly isEmpty: boolean;
}

export class CachedNames {
  readonly #entries: Map<string, Entry> = new Map();

  addHost(name: string): void {
    this.#entries.set(name, { isOfHosts: true, isEmpty: false });
    this.#addAbove(name, true);
  }

  addAlias(name: string): void {
    this.#entries.set(name, { isOfHosts: false, isEmpty: false });
    this.#addAbove(name, false);
  }

  /** Other records are kept elsewhere: an empty entry of the name goes, and none comes in its place. */
  addRecord(name: string): void {
    if (this.#entries.get(name)?.isEmpty === true) this.#entries.delete(name);
    this.#addAbove(name, false);
  }

  has(name: string): boolean {
    return this.#entries.has(name);
  }

  /** Whether it is a host's, or is there because a host is below it. */
  isOfHosts(name: string): boolean {
    return this.#entries.get(name)?.isOfHosts === true;
  }

  #addAbove(name: string, isOfHosts: boolean): void {
    for (const above of namesAbove(name)) {
      if (!this.#entries.has(above)) this.#entries.set(above, { isOfHosts, isEmpty: true });
    }
  }
}

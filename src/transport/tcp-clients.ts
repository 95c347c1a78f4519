/** Whose TCP connections there are, so that nobody has all of them. */

import type { Connection } from './tcp-connection.ts';

/** IPv6 addresses of one client: whoever has one of a /64 has all of it. */
const IPV6_GROUPS = 4;

/** The client that an address belongs to: `192.0.2.1`, or the /64 of an IPv6 address. */
export function ownerOf(address: string): string {
  if (!address.includes(':')) return address;
  const [head = '', tail] = address.replace(/%.*/, '').split('::');
  const groups = groupsOf(head);
  if (tail !== undefined) {
    const last = groupsOf(tail);
    while (groups.length + last.length < 8) groups.push('0');
    groups.push(...last);
  }
  return groups.slice(0, IPV6_GROUPS).join(':');
}

function groupsOf(text: string): string[] {
  return text === '' ? [] : text.split(':');
}

/** The same of an address in words. */
export function ownerOfWords(family: 4 | 6, [first = 0, second = 0]: Uint32Array): string {
  if (family === 6)
    return [first >>> 16, first & 0xffff, second >>> 16, second & 0xffff]
      .map((group) => group.toString(16))
      .join(':');
  return [first >>> 24, (first >>> 16) & 255, (first >>> 8) & 255, first & 255].join('.');
}

/** Connections by their owner. */
export class ClientTable {
  readonly #byOwner: Map<string, Set<Connection>> = new Map();
  readonly #owners: Map<Connection, string> = new Map();

  count(owner: string): number {
    return this.#byOwner.get(owner)?.size ?? 0;
  }

  /** Gives the connection an owner, or another one. */
  add(owner: string, connection: Connection): void {
    this.remove(connection);
    const own = this.#byOwner.get(owner) ?? new Set();
    this.#byOwner.set(owner, own.add(connection));
    this.#owners.set(connection, owner);
  }

  remove(connection: Connection): void {
    const owner = this.#owners.get(connection);
    if (owner === undefined) return;
    this.#owners.delete(connection);
    const own = this.#byOwner.get(owner)!;
    own.delete(connection);
    if (own.size === 0) this.#byOwner.delete(owner);
  }

  /**
   * Of the clients that have most connections the one that has been quiet for longest; undefined
   * when none has more than `count`. One that waits for no answer goes before one that does.
   */
  leastActiveOf(count: number): Connection | undefined {
    const most = Math.max(count, ...[...this.#byOwner.values()].map(({ size }) => size));
    if (most <= count) return undefined;
    let found: Connection | undefined;
    for (const own of this.#byOwner.values()) {
      if (own.size < most) continue;
      for (const one of own) if (found === undefined || goesBefore(one, found)) found = one;
    }
    return found;
  }
}

function goesBefore(one: Connection, other: Connection): boolean {
  if (one.isQuiet !== other.isQuiet) return one.isQuiet;
  return one.activeAt < other.activeAt;
}

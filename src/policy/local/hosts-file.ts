/**
 * Files in the format of hosts(5), read for what they say: addresses and the names of hosts. For
 * lists of names to block, which have the same format, see `lists/hosts.ts`.
 */

import { createHash } from 'node:crypto';
import { type Address, isUnspecified, parseAddress } from '../../net/address.ts';
import { nameLength } from '../../wire/name.ts';
import { isComment } from '../lists/domains.ts';
import { OWN_NAMES } from '../lists/hosts.ts';
import { ListLines } from '../lists/list-lines.ts';
import { ListName } from '../lists/list-name.ts';
import { type Ignored, IgnoredKinds } from '../rules/ignored.ts';

/** One line: the first name is what the host is called, the others are its aliases. */
export interface HostLine {
  readonly line: number;
  readonly address: Address;
  /** In lower-case wire format; at least one. */
  readonly names: readonly Uint8Array[];
}

/** The content of a file, for all threads. */
export interface HostsImage {
  readonly file: string;
  readonly lines: readonly HostLine[];
  /** What is no record, by kind. */
  readonly ignored: ReadonlyMap<string, Ignored>;
  /** SHA-256 of its text, in hexadecimal digits. */
  readonly digest: string;
}

export function readHostsFile(octets: Uint8Array, file: string): HostsImage {
  const reader = new HostsFileReader(octets, file);
  while (reader.next());
  const digest = createHash('sha256').update(octets).digest('hex');
  return { file, lines: reader.read, ignored: reader.ignored.kinds, digest };
}

class HostsFileReader {
  readonly read: HostLine[] = [];
  readonly ignored: IgnoredKinds = new IgnoredKinds();
  readonly #file: string;
  readonly #lines: ListLines;
  readonly #name: ListName = new ListName();

  constructor(octets: Uint8Array, file: string) {
    this.#file = file;
    this.#lines = new ListLines(octets);
  }

  next(): boolean {
    const lines = this.#lines;
    if (!lines.next()) return false;
    if (!isComment(lines.octets[lines.at]!)) this.#readLine();
    return true;
  }

  #readLine(): void {
    const lines = this.#lines;
    const addressEnd = lines.wordEnd(lines.at);
    const written = lines.text(lines.at, addressEnd);
    const address = parseAddress(written);
    if (address === undefined) return this.#ignore('no address at the start');
    // Another host would look for it behind an interface of its own (RFC 4007 section 11.2).
    if (written.includes('%')) return this.#ignore('an address within one link');
    const names = this.#readNames(addressEnd);
    if (names.length === 0) return;
    if (!isUnspecified(address)) this.read.push({ line: lines.line, address, names });
    else this.#ignore('an unspecified address: a list of names to block belongs to policies');
  }

  /** The names behind the address, without those that each host has for itself. */
  #readNames(from: number): readonly Uint8Array[] {
    const lines = this.#lines;
    const names: Uint8Array[] = [];
    let words = 0;
    for (let at = lines.wordAt(from); at < lines.end && !isComment(lines.octets[at]!); words++) {
      const end = lines.wordEnd(at);
      this.#readName(at, end, names);
      at = lines.wordAt(end);
    }
    if (words === 0) this.#ignore('an address without a name');
    return names;
  }

  #readName(at: number, end: number, names: Uint8Array[]): void {
    const lines = this.#lines;
    const name = this.#name;
    if (OWN_NAMES.has(lines.text(at, end).toLowerCase())) return;
    if (!name.read(lines.octets, at, end)) return this.#ignore(name.fault);
    if (name.wildcard) return this.#ignore('a wildcard');
    names.push(name.wire.slice(0, nameLength(name.wire)));
  }

  #ignore(kind: string): void {
    this.ignored.add(kind, { file: this.#file, line: this.#lines.line });
  }
}

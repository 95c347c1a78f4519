/**
 * Lists in the format of hosts(5): an address and names, of which each is listed by itself. The
 * address is one where nothing is: most lists have 0.0.0.0. Hosts with other addresses are not blocked.
 */

import { type Address, isLoopback, isUnspecified, parseAddress } from '../../net/address.ts';
import { isComment } from './domains.ts';
import type { ListLines } from './list-lines.ts';
import { type ListMatch, Reach } from './list-match.ts';
import { ListName } from './list-name.ts';
import { ListRules } from './list-rules.ts';

/** Names that a hosts file has for the host itself: no list means to list them. */
export const OWN_NAMES: ReadonlySet<string> = new Set([
  '0.0.0.0',
  'broadcasthost',
  'ip6-allhosts',
  'ip6-allnodes',
  'ip6-allrouters',
  'ip6-localhost',
  'ip6-localnet',
  'ip6-loopback',
  'ip6-mcastprefix',
  'local',
  'localhost',
  'localhost.localdomain',
  'localhost4',
  'localhost4.localdomain4',
  'localhost6',
  'localhost6.localdomain6',
]);
/** To block it would take a host of one's own away from its users. */
const OF_HOST = 'an address where the host can be reached: localRecords answers with it';

const LONGEST_OWN = Math.max(...[...OWN_NAMES].map(({ length }) => length));
/** 1 for each octet that one of them begins with. */
const OWN_STARTS: Uint8Array = new Uint8Array(256);
for (const [letter] of OWN_NAMES) {
  OWN_STARTS[letter!.toLowerCase().charCodeAt(0)] = 1;
  OWN_STARTS[letter!.toUpperCase().charCodeAt(0)] = 1;
}

export function readHosts(lines: ListLines, file: string, match: ListMatch): ListRules {
  const rules = new ListRules(file, lines.octets, Reach.NAME, match);
  const reader = new HostsReader(lines, rules);
  while (lines.next()) {
    if (isComment(lines.octets[lines.at]!)) continue;
    if (!reader.readLine()) rules.reject('no address at the start', lines.line);
  }
  return rules;
}

/** Reads lines in this format, also among others. */
export class HostsReader {
  readonly #lines: ListLines;
  readonly #rules: ListRules;
  readonly #name: ListName = new ListName();
  /** The address last read: mostly it is the same in each line. */
  #address: Uint8Array = new Uint8Array(0);
  #isOfHost = false;

  constructor(lines: ListLines, rules: ListRules) {
    this.#lines = lines;
    this.#rules = rules;
  }

  /** Reads the line; false when there is no address at its start. */
  readLine(): boolean {
    const lines = this.#lines;
    const addressEnd = lines.wordEnd(lines.at);
    if (!this.#readAddress(lines.at, addressEnd)) return false;
    let at = lines.wordAt(addressEnd);
    let names = 0;
    while (at < lines.end && !isComment(lines.octets[at]!)) {
      const end = lines.wordEnd(at);
      this.#readName(at, end);
      names++;
      at = lines.wordAt(end);
    }
    if (names === 0) this.#rules.reject('an address without a name', lines.line);
    return true;
  }

  #readAddress(at: number, end: number): boolean {
    const { octets } = this.#lines;
    const known = this.#address;
    if (known.length > 0 && known.length === end - at) {
      let same = 0;
      while (same < known.length && octets[at + same] === known[same]) same++;
      if (same === known.length) return true;
    }
    // An address within a link has its zone behind a percent sign: fe80::1%lo0.
    const address = parseAddress(this.#lines.text(at, end).replace(/%.*$/, ''));
    if (address === undefined) return false;
    this.#address = octets.subarray(at, end);
    this.#isOfHost = !isNowhere(address);
    return true;
  }

  #isOwn(at: number, end: number): boolean {
    const { octets } = this.#lines;
    if (end - at > LONGEST_OWN || OWN_STARTS[octets[at]!] === 0) return false;
    return OWN_NAMES.has(this.#lines.text(at, end).toLowerCase());
  }

  #readName(at: number, end: number): void {
    const lines = this.#lines;
    const rules = this.#rules;
    const name = this.#name;
    if (this.#isOwn(at, end)) return;
    if (!name.read(lines.octets, at, end)) rules.reject(name.fault, lines.line);
    else if (name.wildcard && rules.match !== 'subdomains') rules.reject('a wildcard', lines.line);
    else if (this.#isOfHost) rules.ignore(OF_HOST, lines.line);
    else rules.add(name, lines.line, Reach.NAME);
  }
}

/** Whether a name with this address is kept from being reached: that is what lists write. */
function isNowhere(address: Address): boolean {
  return isUnspecified(address) || isLoopback(address) || isBroadcast(address);
}

function isBroadcast({ family, words }: Address): boolean {
  return family === 4 && words[0] === 0xffffffff;
}

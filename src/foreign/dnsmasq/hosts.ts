/** `/etc/hosts`, `addn-hosts`, `hostsdir` and `host-record`: addresses of names, and names of addresses. */

import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { Place } from '../../config/problem.ts';
import { contains, type Prefix, parsePrefix } from '../../net/prefix.ts';
import { parseOctets, wordsOfOctets } from '../addresses.ts';
import { readForeign } from '../problems.ts';
import { entriesOf } from './files.ts';
import { type Option, unhide, wordsOf } from './lines.ts';
import type { LocalNames } from './local-names.ts';
import { canonical, wireOf } from './names.ts';
import { allOf, type DnsmasqParts, oneOf } from './parts.ts';

const HOSTS_FILE = '/etc/hosts';

/** `192.0.2.1 nas.lan nas` */
export interface HostsLine {
  readonly text: string;
  readonly place: Place;
}

/** Returns the texts that were read; `more` are lines of no file. */
export function readHosts(
  names: LocalNames,
  parts: DnsmasqParts,
  more: readonly HostsLine[],
): readonly string[] {
  for (const option of allOf(parts, 'host-record')) addHostRecord(option, names, parts);
  const domains = new Domains(parts);
  const ttl = localTtl(parts);
  const add = ({ text, place }: HostsLine, isLate = false): void => {
    const [first = '', ...words] = text.replace(/#.*/, '').trim().split(/\s+/);
    const address = parseOctets(first);
    const known = address === undefined ? [] : domains.namesOf(words, address);
    for (const name of known) {
      names.addHost(name, address!, place, { ttl, pointer: wireOf(name), isLate });
    }
  };
  const texts = hostsFiles(parts).flatMap(({ file, isLate }) => {
    const read = readForeign(file, 'a hosts file');
    // dnsmasq logs that it is missing, and goes on without it.
    if ('problem' in read) return [];
    for (const [i, text] of read.text.split('\n').entries()) {
      add({ text, place: { file, line: i + 1, column: 1 } }, isLate);
    }
    return [read.text];
  });
  for (const line of more) add(line);
  return texts;
}

interface HostsFile {
  readonly file: string;
  /** Of `hostsdir`. */
  readonly isLate: boolean;
}

/** Those of `addn-hosts` from the last to the first, as dnsmasq reads them. */
function hostsFiles(parts: DnsmasqParts): readonly HostsFile[] {
  const own = oneOf(parts, 'no-hosts') === undefined ? [HOSTS_FILE] : [];
  const named = allOf(parts, 'addn-hosts')
    .map(({ value }) => unhide(value!))
    .reverse();
  const files = named.filter((path) => !isFolder(path));
  const watched = allOf(parts, 'hostsdir').map(({ value }) => unhide(value!));
  const soon = [...own, ...files, ...named.filter(isFolder).flatMap(filesIn)];
  return [
    ...soon.map((file) => ({ file, isLate: false })),
    ...watched.flatMap(filesIn).map((file) => ({ file, isLate: true })),
  ];
}

function filesIn(folder: string): readonly string[] {
  const paths = (entriesOf(folder) ?? []).map((name) => join(folder, name));
  return paths.filter((path) => !isFolder(path));
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

/** Seconds; dnsmasq's own data may not be kept without `local-ttl`. */
export function localTtl(parts: Pick<DnsmasqParts, 'options'>): number {
  return Number(oneOf(parts, 'local-ttl')?.value ?? 0) || 0;
}

/** `host-record=laptop,laptop.lan,192.0.2.1,2001:db8::1,300`: the last address of each family counts. */
function addHostRecord(option: Option, names: LocalNames, parts: DnsmasqParts): void {
  const words = wordsOf(option);
  const addresses = words.flatMap((word) => parseOctets(word) ?? []);
  const last = [4, 16].flatMap(
    (length) => addresses.findLast((one) => one.length === length) ?? [],
  );
  const digits = words.findLast((word) => /^\d+$/.test(word));
  const owners = words.filter((word) => !/^\d*$/.test(word) && parseOctets(word) === undefined);
  if (words.length < 2 || owners.length === 0) {
    const expected = 'expect host-record=NAME,192.0.2.1';
    parts.problems.add(option.place, `host-record has no name or no address; ${expected}`);
  }
  for (const owner of owners) {
    const name = canonical(owner);
    if (name === undefined) {
      parts.problems.add(option.place, `host-record: "${owner}" is no name; expect a domain name`);
      continue;
    }
    const details = { ttl: Number(digits ?? localTtl(parts)), pointer: wireOf(name) };
    for (const address of last) names.addHost(name, address, option.place, details);
  }
}

/** `domain=lan` and `domain=guests.lan,192.168.2.0/24`, which `expand-hosts` puts behind simple names. */
class Domains {
  readonly #isUsed: boolean;
  readonly #ranges: readonly {
    readonly domain: string;
    readonly has: (address: Uint8Array) => boolean;
  }[];
  readonly #rest: string | undefined;

  constructor(parts: DnsmasqParts) {
    this.#isUsed = oneOf(parts, 'expand-hosts') !== undefined;
    const all = allOf(parts, 'domain', 'domain-suffix');
    this.#rest = domainSuffix(parts);
    // The last one is asked first.
    this.#ranges = all
      .filter((option) => wordsOf(option).length > 1)
      .reverse()
      .flatMap((option) => {
        const [domain = '', first = '', last] = wordsOf(option);
        const has = rangeOf(first, last);
        const name = canonical(domain);
        return has === undefined || name === undefined ? [] : [{ domain: name, has }];
      });
  }

  /** Simple names have another one, in their domain, before them. */
  namesOf(words: readonly string[], address: Uint8Array): readonly string[] {
    return words.flatMap((word) => {
      const name = canonical(word);
      if (name === undefined) return [];
      const suffix = word.includes('.') ? undefined : this.#of(address);
      return suffix === undefined ? [name] : [`${name}.${suffix}`, name];
    });
  }

  #of(address: Uint8Array): string | undefined {
    if (!this.#isUsed) return undefined;
    return this.#ranges.find(({ has }) => has(address))?.domain ?? this.#rest;
  }
}

/** The domain of names without one; that of the last `domain` without addresses. */
export function domainSuffix(parts: Pick<DnsmasqParts, 'options'>): string | undefined {
  const plain = allOf(parts, 'domain', 'domain-suffix').findLast(
    (option) => wordsOf(option).length === 1 && option.value !== '#',
  );
  return plain && canonical(wordsOf(plain)[0]!);
}

/** `192.168.2.0/24`, `192.168.2.10,192.168.2.20` or one address. */
export function rangeOf(first: string, last: string | undefined) {
  if (first.includes('/')) {
    const prefix: Prefix | string = parsePrefix(first);
    if (typeof prefix === 'string') return undefined;
    return (address: Uint8Array) => contains(prefix, wordsOfOctets(address));
  }
  const from = parseOctets(first);
  const to = last === undefined || last === '' ? from : parseOctets(last);
  if (from === undefined || to === undefined) return undefined;
  return (address: Uint8Array) =>
    address.length === from.length &&
    Buffer.compare(address, from) >= 0 &&
    Buffer.compare(address, to) <= 0;
}

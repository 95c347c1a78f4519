/**
 * All names, cut at every name that a rule of two configurations is about: each such name by
 * itself, and what is below it but not below a longer one of them. In each region all names are
 * treated alike.
 */

import { formatName, lowerName, MAX_NAME, parentName, parseName } from '../wire/name.ts';

/** A name as a string of its octets in lower case: quick to look up. */
export type NameKey = string;

/** A region, by its number: an even one is a name, the odd one after it what is below that name. */
export type Region = number;

const ROOT: NameKey = '\0';

/** Every name that no rule is about. */
export const ALL_NAMES: Region = 1;

/** The labels of one octet. */
const LABELS = Array.from(
  { length: 256 },
  (_, octet) => `\x01${String.fromCharCode(octet)}`,
).filter((label) => label === label.toLowerCase());

export class NameSpace {
  readonly #numbers: Map<NameKey, number> = new Map([[ROOT, 0]]);
  /** By their numbers. */
  readonly #names: NameKey[] = [ROOT];
  /** The region around each name, by its number; found once, when all names are there. */
  #around: Int32Array | undefined;
  /** Labels of one octet that names begin with, and one with which none does. */
  readonly #labels: Set<string> = new Set();
  #freeLabel: string | undefined;

  add(wire: Uint8Array): void {
    const name = Buffer.from(wire.buffer, wire.byteOffset, wire.length).toString('latin1');
    if (this.#numbers.has(name)) return;
    this.#numbers.set(name, this.#names.push(name) - 1);
    if (wire[0] === 1) this.#labels.add(name.slice(0, 2));
  }

  has(name: NameKey): boolean {
    return this.#numbers.has(name);
  }

  /** A name that the configuration has as text; one that is none has no rule either. */
  addText(text: string): void {
    const wire = parseName(text);
    if (typeof wire !== 'string') this.add(lowerName(wire));
  }

  /** The name of a route, and those above it, which exist because it does. */
  addWithParents(text: string): void {
    const wire = parseName(text);
    if (typeof wire === 'string') return;
    let name: Uint8Array | undefined = lowerName(wire);
    for (; name !== undefined; name = parentName(name)) this.add(name);
  }

  /** How many regions there may be: each is a number below it. */
  get size(): number {
    return 2 * this.#names.length;
  }

  /** Whether there are names in the region: below a name of full length there are none. */
  isEmpty(region: Region): boolean {
    return isBelow(region) && this.#labelBelow(this.nameOf(region)) === undefined;
  }

  /** The name that the region is, or is below. */
  nameOf(region: Region): NameKey {
    return this.#names[region >> 1]!;
  }

  /** A name in the region, in wire format. */
  specimen(region: Region): Uint8Array {
    const name = this.nameOf(region);
    return Buffer.from(isBelow(region) ? this.#labelBelow(name)! + name : name, 'latin1');
  }

  /** The region that the region is cut out of; undefined for that of all names. */
  around(region: Region): Region | undefined {
    if (region >> 1 === 0) return isBelow(region) ? undefined : ALL_NAMES;
    this.#around ??= Int32Array.from(this.#names, (name) => this.#findAround(name));
    return this.#around[region >> 1];
  }

  /** `example.`, `*.example.` for all names below it, `*` for all names. */
  show(region: Region): string {
    const text = formatName(Buffer.from(this.nameOf(region), 'latin1'));
    if (!isBelow(region)) return text;
    return text === '.' ? '*' : `*.${text}`;
  }

  #findAround(name: NameKey): Region {
    let rest = name;
    while (rest !== ROOT) {
      rest = rest.slice(rest.charCodeAt(0) + 1);
      const number = this.#numbers.get(rest);
      if (number !== undefined) return 2 * number + 1;
    }
    return ALL_NAMES;
  }

  /** A label below a name that no rule is about; undefined when there is no room for one. */
  #labelBelow(name: NameKey): string | undefined {
    if (name.length + 2 > MAX_NAME) return undefined;
    this.#freeLabel ??= LABELS.find((label) => !this.#labels.has(label));
    return this.#freeLabel ?? LABELS.find((label) => !this.#numbers.has(label + name));
  }
}

function isBelow(region: Region): boolean {
  return region % 2 === 1;
}

/**
 * All names, cut at every name that a rule of two configurations is about: each such name by
 * itself, and what is below it but not below a longer one of them. In each region all names are
 * treated alike.
 */

import { lowerName, MAX_NAME, parentName, parseName } from '../wire/name.ts';

/** A name as a string of its octets in lower case: quick to look up. */
export type NameKey = string;

export interface Region {
  readonly name: NameKey;
  /** All that is below the name, in place of the name itself. */
  readonly below: boolean;
}

const ROOT: NameKey = '\0';

/** Every name that no rule is about. */
export const ALL_NAMES: Region = { name: ROOT, below: true };

/** The labels of one octet. */
const LABELS = Array.from(
  { length: 256 },
  (_, octet) => `\x01${String.fromCharCode(octet)}`,
).filter((label) => label === label.toLowerCase());

export class NameSpace {
  readonly #names: Set<NameKey> = new Set([ROOT]);
  #regions: readonly Region[] | undefined;
  /** Labels of one octet that names begin with, and one with which none does. */
  readonly #labels: Set<string> = new Set();
  #freeLabel: string | undefined;

  add(wire: Uint8Array): void {
    const name = Buffer.from(wire).toString('latin1');
    this.#names.add(name);
    if (wire[0] === 1) this.#labels.add(name.slice(0, 2));
  }

  has(name: NameKey): boolean {
    return this.#names.has(name);
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

  /** Every region. */
  regions(): readonly Region[] {
    this.#regions ??= [...this.#names].flatMap((name) => {
      const region = { name, below: false };
      return this.#labelBelow(name) === undefined ? [region] : [region, { name, below: true }];
    });
    return this.#regions;
  }

  /** A name in the region, in wire format. */
  specimen({ name, below }: Region): Uint8Array {
    return Buffer.from(below ? this.#labelBelow(name)! + name : name, 'latin1');
  }

  /** The region that the region is cut out of; undefined for that of all names. */
  around({ name, below }: Region): Region | undefined {
    if (name === ROOT) return below ? undefined : ALL_NAMES;
    for (
      let rest = name.slice(name.charCodeAt(0) + 1);
      ;
      rest = rest.slice(rest.charCodeAt(0) + 1)
    ) {
      if (this.#names.has(rest)) return { name: rest, below: true };
    }
  }

  /** A label below a name that no rule is about; undefined when there is no room for one. */
  #labelBelow(name: NameKey): string | undefined {
    if (name.length + 2 > MAX_NAME) return undefined;
    this.#freeLabel ??= LABELS.find((label) => !this.#labels.has(label));
    return this.#freeLabel ?? LABELS.find((label) => !this.#names.has(label + name));
  }
}

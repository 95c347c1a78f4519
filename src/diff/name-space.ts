/**
 * All names, cut at every name that a rule of two configurations is about: each such name by
 * itself, and what is below it but not below a longer one of them. In each region all names are
 * treated alike.
 */

import { lowerName, MAX_NAME, parseName } from '../wire/name.ts';

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

export class NameSpace {
  readonly #names: Set<NameKey> = new Set([ROOT]);

  add(wire: Uint8Array): void {
    this.#names.add(Buffer.from(wire).toString('latin1'));
  }

  has(name: NameKey): boolean {
    return this.#names.has(name);
  }

  /** A name that the configuration has as text; one that is none has no rule either. */
  addText(text: string): void {
    const wire = parseName(text);
    if (typeof wire !== 'string') this.add(lowerName(wire));
  }

  /** Every region, that of a name before those below it. */
  *regions(): Iterable<Region> {
    for (const name of this.#names) {
      yield { name, below: false };
      if (this.#labelBelow(name) !== undefined) yield { name, below: true };
    }
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

  /** The shortest label below a name that no rule is about; undefined when there is no room. */
  #labelBelow(name: NameKey): string | undefined {
    if (name.length + 2 > MAX_NAME) return undefined;
    for (let octet = 0x78; octet < 0x78 + 256; octet++) {
      const label = `\x01${String.fromCharCode(octet & 0xff).toLowerCase()}`;
      if (!this.#names.has(label + name)) return label;
    }
    return undefined;
  }
}

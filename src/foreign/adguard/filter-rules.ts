/** Rules of filters, as far as they are about names: `||example.com^`, `@@||example.com^`, lines of hosts files, plain names. */

import type { Place } from '../../config/problem.ts';
import { lowerName, parentName, parseName } from '../../wire/name.ts';
import { parseOctets } from '../addresses.ts';
import type { Left } from '../left.ts';
import { keyOf } from '../zone-data.ts';

export interface FilterRule {
  readonly text: string;
  readonly place: Place;
  readonly name: Uint8Array;
  readonly isException: boolean;
  /** `$important`: before exceptions without it. */
  readonly isImportant: boolean;
  /** Of a line of a hosts file: what is answered in place of a denial. */
  readonly address?: Uint8Array;
}

const DOMAIN = /^(@@)?\|\|([^/^*$|]+)\^(?:\$(important))?$/;
const COMMENT = /^(?:!|#(?!\S*#@?#))/;

export class FilterRules {
  /** For a name and all below it, and for a name alone. */
  readonly #wide: Map<string, FilterRule[]> = new Map();
  readonly #exact: Map<string, FilterRule[]> = new Map();

  /** What is no rule about a name is listed. */
  add(line: string, place: Place, left: Left[]): void {
    const text = line.trim();
    if (text === '' || COMMENT.test(text)) return;
    const read = readRule(text);
    if (read === undefined) {
      const instead =
        'a rule that is not about one name; write it as adblock, which has more of them';
      left.push({ place, what: text, instead, decides: true });
      return;
    }
    for (const { isWide, ...rule } of read) {
      const map = isWide ? this.#wide : this.#exact;
      const key = keyOf(rule.name);
      map.set(key, [...(map.get(key) ?? []), { ...rule, text, place }]);
    }
  }

  get names(): readonly Uint8Array[] {
    return [...this.#wide.keys(), ...this.#exact.keys()].map((key) => Buffer.from(key, 'latin1'));
  }

  /** An important rule, then an exception, then any other. */
  find(name: Uint8Array): FilterRule | undefined {
    const found = [...(this.#exact.get(keyOf(name)) ?? [])];
    for (let at: Uint8Array | undefined = name; at !== undefined; at = parentName(at)) {
      found.push(...(this.#wide.get(keyOf(at)) ?? []));
    }
    const weigh = ({ isImportant, isException }: FilterRule) =>
      (isImportant ? 0 : 2) + (isException ? 0 : 1);
    return found.sort((a, b) => weigh(a) - weigh(b))[0];
  }
}

type ReadRule = Omit<FilterRule, 'text' | 'place'> & { readonly isWide: boolean };

function readRule(text: string): readonly ReadRule[] | undefined {
  const [, exception, domain, important] = DOMAIN.exec(text) ?? [];
  if (domain !== undefined) {
    const name = wire(domain);
    const flags = { isException: exception !== undefined, isImportant: important !== undefined };
    return name && [{ name, ...flags, isWide: true }];
  }
  const [first = '', ...names] = text.replace(/\s#.*$/, '').split(/\s+/);
  const address = parseOctets(first);
  const listed = address === undefined ? [first] : names;
  if (address === undefined && names.length > 0) return undefined;
  const rules = listed.map((name) => wire(name));
  if (rules.length === 0 || rules.includes(undefined)) return undefined;
  const flags = { isException: false, isImportant: false, isWide: false };
  return rules.map((name) => ({ name: name!, ...flags, ...(address && { address }) }));
}

/** Undefined for a pattern, or what is no name. */
function wire(text: string): Uint8Array | undefined {
  if (!/^[\p{L}\p{N}._-]+$/u.test(text)) return undefined;
  const name = parseName(text);
  return typeof name === 'string' ? undefined : lowerName(name);
}

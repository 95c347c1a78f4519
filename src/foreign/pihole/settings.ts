/** Values of a pihole.toml by their keys; what FTL 6 takes for one that is missing. */

import { below, type PlacedValue } from '../../config/placed-yaml.ts';
import type { Place } from '../../config/problem.ts';
import type { Left } from '../left.ts';
import type { Problems } from '../problems.ts';

/** Keys of `dns` that decide nothing of one question by itself, or that are read elsewhere. */
const KNOWN = `
  upstreams CNAMEdeepInspect blockESNI EDNS0ECS ignoreLocalhost showDNSSEC analyzeOnlyAandAAAA
  piholePTR replyWhenBusy blockTTL hosts domainNeeded expandHosts domain bogusPriv dnssec interface
  hostRecord listeningMode queryLogging cnameRecords port localise revServers cache blocking
  specialDomains reply rateLimit cacheTTL
`
  .trim()
  .split(/\s+/);

export class Settings {
  readonly root: PlacedValue;
  readonly #problems: Problems;

  constructor(root: PlacedValue, problems: Problems) {
    this.root = root;
    this.#problems = problems;
  }

  /** Of a key that is missing: the place of the file. */
  place(key: string): Place {
    return this.#at(key)?.place ?? this.root.place;
  }

  has(key: string): boolean {
    return this.#at(key) !== undefined;
  }

  text(key: string, byDefault = ''): string {
    const value = this.#at(key);
    if (value === undefined) return byDefault;
    if (value.text !== undefined) return value.text;
    this.#problems.add(value.place, `${key} is no text; expect one in quotes`);
    return byDefault;
  }

  flag(key: string, byDefault: boolean): boolean {
    const text = this.text(key, String(byDefault));
    if (text === 'true' || text === 'false') return text === 'true';
    this.#problems.add(this.place(key), `${key} = ${text}; expect true or false`);
    return byDefault;
  }

  count(key: string, byDefault: number): number {
    const text = this.text(key, String(byDefault));
    if (/^\d+$/.test(text)) return Number(text);
    this.#problems.add(this.place(key), `${key} = ${text}; expect a whole number`);
    return byDefault;
  }

  /** One of these words, in upper case. */
  word<T extends string>(key: string, words: readonly T[], byDefault: T): T {
    const text = this.text(key, byDefault).toUpperCase();
    const known = words.find((word) => word === text);
    if (known !== undefined) return known;
    this.#problems.add(this.place(key), `${key} = "${text}"; expect ${words.join(', ')}`);
    return byDefault;
  }

  list(key: string): readonly { readonly text: string; readonly place: Place }[] {
    const value = this.#at(key);
    if (value === undefined) return [];
    if (value.items === undefined) {
      this.#problems.add(value.place, `${key} is no list; expect [ "…", "…" ]`);
      return [];
    }
    return value.items.flatMap(({ text, place }) => {
      if (text !== undefined) return [{ text, place }];
      this.#problems.add(place, `${key}: an item that is no text; expect one in quotes`);
      return [];
    });
  }

  #at(key: string): PlacedValue | undefined {
    return below(this.root, ...key.split('.'));
  }
}

/** FTL passes over keys that it does not know; those of a later one may decide something. */
export function unknownKeys(root: PlacedValue): readonly Left[] {
  const dns = below(root, 'dns')?.keys ?? new Map<string, PlacedValue>();
  return [...dns].flatMap(([key, { place }]) =>
    KNOWN.includes(key)
      ? []
      : [
          {
            ...{ place, what: `dns.${key}`, decides: true },
            instead: 'a key that Pi-hole 6.0 to 6.2 do not have: see what it does in yours',
          },
        ],
  );
}

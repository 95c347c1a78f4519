/** The names whose fate two configurations decide differently, for one client and kind of question. */

import { formatName } from '../wire/name.ts';
import type { Query } from '../wire/query.ts';
import { type Decided, type Fate, fateOf, isBlind, isSamePlace } from './fate.ts';
import { ALL_NAMES, type NameSpace, type Region } from './name-space.ts';

/** Names that change alike. */
export interface NameChange {
  /** `example.`, `*.example.` for all names below it, `*` for all names. */
  readonly names: readonly string[];
  /** What is within these names and does not change so. */
  readonly except: readonly string[];
  readonly old: Fate;
  readonly new: Fate;
}

/** Both sides of a question; both see the same query. */
export interface Sides {
  /** What decisions of both must share for nothing to change. */
  readonly identityOf: (decided: Decided, query: Query) => string;
  readonly before: (query: Query) => Decided;
  readonly after: (query: Query) => Decided;
}

interface Group {
  readonly names: Region[];
  readonly except: Region[];
  /** The fates for one name, and for many. */
  readonly one: readonly [Fate, Fate];
  readonly many: readonly [Fate, Fate];
}

export type Asker = (name: Uint8Array) => Query;

/** One comparison. */
export class NameChanges {
  readonly #space: NameSpace;
  readonly #sides: Sides;
  readonly #ask: Asker;
  readonly #groups: Map<string, Group> = new Map();
  /** The group of each region that changes. */
  readonly #labels: Map<string, { readonly region: Region; readonly group: Group }> = new Map();
  /** Regions that at least one side answers by TC. */
  readonly truncated: Set<string> = new Set();

  constructor(space: NameSpace, sides: Sides, ask: Asker) {
    this.#space = space;
    this.#sides = sides;
    this.#ask = ask;
  }

  /** On neither side it is decided without a look at the name. */
  isOpen = false;

  /** Changes whatever the name is; undefined when they depend on the name. */
  blind(): readonly NameChange[] | undefined {
    const query = this.#ask(this.#space.specimen(ALL_NAMES));
    const before = this.#sides.before(query);
    const { identityOf } = this.#sides;
    const old = identityOf(before, query);
    const oldFate = fateOf(before, true, query);
    const after = this.#sides.after(query);
    const blind = [before, after].filter((decided) => isBlind(decided, query)).length;
    this.isOpen = blind === 0;
    if (blind < 2) return undefined;
    if (identityOf(after, query) === old) return [];
    return [{ names: ['*'], except: [], old: oldFate, new: fateOf(after, true, query) }];
  }

  compare(regions: Iterable<Region>): readonly NameChange[] {
    for (const region of regions) this.#compare(region);
    if (this.#labels.size === 0) return [];
    const changed = [...this.#labels.values()].map(({ region }) => region);
    // Only within what is below a name there can be exceptions.
    const isNested = changed.some(({ below }) => below);
    for (const region of isNested ? this.#space.regions() : changed) this.#place(region);
    return [...this.#groups.values()].map(({ names, except, one, many }) => {
      const [old, now] = names.length === 1 && except.length === 0 ? one : many;
      return { names: names.map(show).sort(), except: except.map(show).sort(), old, new: now };
    });
  }

  /** Whether the region has changed, or may do so by TCP. */
  isOfInterest(region: Region): boolean {
    const key = keyOf(region);
    return this.#labels.has(key) || this.truncated.has(key);
  }

  #compare(region: Region): void {
    const query = this.#ask(this.#space.specimen(region));
    const { before, after, identityOf } = this.#sides;
    const old = before(query);
    const { depth, wildcard, trigger } = query.match;
    const now = after(query);
    if (old.verdict.action === 'truncate' || now.verdict.action === 'truncate') {
      this.truncated.add(keyOf(region));
    }
    if (trigger === 'qname' && isSamePlace(old, now, { depth, wildcard }, query)) return;
    const newIdentity = identityOf(now, query);
    if (identityOf(before(query), query) === newIdentity) return;
    // Each side overwrites what the other has matched.
    const [oldOne, oldMany] = bothFates(before(query), query);
    const [newOne, newMany] = bothFates(after(query), query);
    const many = [oldMany, newMany] as const;
    const one = [oldOne, newOne] as const;
    const key = JSON.stringify(many);
    let group = this.#groups.get(key);
    if (group === undefined) {
      group = { names: [], except: [], one, many };
      this.#groups.set(key, group);
    }
    this.#labels.set(keyOf(region), { region, group });
  }

  /** A region is named unless the one around it changes in the same way. */
  #place(region: Region): void {
    const own = this.#labels.get(keyOf(region))?.group;
    const around = this.#space.around(region);
    const outer = around === undefined ? undefined : this.#labels.get(keyOf(around))?.group;
    if (own === outer) return;
    own?.names.push(region);
    outer?.except.push(region);
  }
}

/** For one name, and for many. */
function bothFates(decided: Decided, query: Query): readonly [Fate, Fate] {
  return [fateOf(decided, true, query), fateOf(decided, false, query)];
}

function keyOf({ name, below }: Region): string {
  return (below ? '*' : '=') + name;
}

function show({ name, below }: Region): string {
  const text = formatName(Buffer.from(name, 'latin1'));
  if (!below) return text;
  return text === '.' ? '*' : `*.${text}`;
}

/** The names whose fate two configurations decide differently, for one client and kind of question. */

import type { Query } from '../wire/query.ts';
import { type AlikeNames, BY_ITSELF } from './alike-names.ts';
import { type Decided, type Fate, fateOf, isBlind, isByMatch, isSamePlace, keyOf } from './fate.ts';
import { ALL_NAMES, type NameSpace, type Region } from './name-space.ts';
import { type Placement, type Placements, UNCHANGED } from './placement.ts';

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
  /** Whether they are known not to share it, whatever the name is. */
  readonly isOther: (a: Decided, b: Decided) => boolean;
  readonly before: (query: Query) => Decided;
  readonly after: (query: Query) => Decided;
}

export type Asker = (name: Uint8Array) => Query;

/** What becomes of a region on both sides. */
interface Judged {
  /** The same for regions that the same two verdicts decide on. */
  readonly key: string;
  /** The number of those that change alike, as readers are told; UNCHANGED when nothing does. */
  readonly group: number;
  /** At least one side answers by TC. */
  readonly isTruncated: boolean;
}

/** Regions that no rule for single types is about, and that the same two verdicts decide on. */
type RegionClasses = ReadonlyMap<string, readonly Region[]>;

/** What was compared, and what the comparison of another kind of question needs of it. */
export interface Compared {
  readonly classes: RegionClasses;
  /** Regions that rules for single types are about. */
  readonly single: readonly Region[];
  /** Names for groups of these classes and regions that have been placed already. */
  readonly placed: Map<string, Placement>;
}

/** Names of a comparison, whatever is asked about them. */
export interface ComparedNames {
  readonly space: NameSpace;
  readonly placements: Placements;
  /** Undefined where nobody knows which names are alike. */
  readonly alike: AlikeNames | undefined;
}

/** Of a region like one that does not change. */
const AS_ANOTHER: Judged = { key: '', group: UNCHANGED, isTruncated: false };

/** One comparison. */
export class NameChanges {
  readonly #space: NameSpace;
  readonly #sides: Sides;
  readonly #ask: Asker;
  readonly #placements: Placements;
  readonly #alike: AlikeNames | undefined;
  /** Classes of names that are alike, one of which was judged and does not change. */
  readonly #unchanged: Set<number> = new Set();
  /** Two verdicts: their group, by what readers are told of them. */
  readonly #groupOfKey: Map<string, number> = new Map();
  readonly #fates: Map<string, number> = new Map();
  /** The fates for many names, by the number of the group. */
  readonly #many: (readonly [Fate, Fate])[] = [];

  constructor({ space, placements, alike }: ComparedNames, sides: Sides, ask: Asker) {
    this.#placements = placements;
    this.#alike = alike;
    this.#space = space;
    this.#sides = sides;
    this.#ask = ask;
  }

  /** What `compareAll` leaves for other kinds of questions. */
  compared: Compared | undefined;

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

  /** Looks at every region; those that `isSingle` are not put into classes. */
  compareAll(isSingle: (region: Region) => boolean): readonly NameChange[] {
    const groups = new Int32Array(this.#space.size);
    const classes = new Map<string, Region[]>();
    const single: Region[] = [];
    for (let region = 0; region < groups.length; region++) {
      if (this.#space.isEmpty(region)) continue;
      const { key, group, isTruncated } = this.#judgeAlike(region);
      groups[region] = group;
      if (isSingle(region)) single.push(region);
      else if (group !== UNCHANGED || isTruncated) {
        const alike = classes.get(key);
        if (alike === undefined) classes.set(key, [region]);
        else alike.push(region);
      }
    }
    const placed = this.#many.length === 0 ? new Map() : this.#placements.of(groups);
    const specimens = [...[...classes.values()].map(([first]) => first!), ...single];
    const key = specimens.map((region) => groups[region]).join();
    this.compared = { classes, single, placed: new Map([[key, placed]]) };
    return this.#toChanges(placed);
  }

  /**
   * Looks at one region of each class, and at each single one. Rules for single types stand in few places, and
   * TCP makes a difference only for what is truncated: all else is as it was in `first`.
   */
  compareAs({ classes, single, placed }: Compared): readonly NameChange[] {
    const ofClasses = [...classes.values()].map((regions) => this.#judge(regions[0]!).group);
    const ofSingle = single.map((region) => this.#judgeAlike(region).group);
    if (this.#many.length === 0) return [];
    const key = [...ofClasses, ...ofSingle].join();
    let names = placed.get(key);
    if (names === undefined) {
      const groups = new Int32Array(this.#space.size);
      for (const [i, regions] of [...classes.values()].entries()) {
        for (const region of regions) groups[region] = ofClasses[i]!;
      }
      for (const [i, region] of single.entries()) groups[region] = ofSingle[i]!;
      names = this.#placements.of(groups);
      placed.set(key, names);
    }
    return this.#toChanges(names);
  }

  #toChanges(placed: Placement): readonly NameChange[] {
    return this.#many.flatMap((many, i) => {
      const found = placed.get(i + 1);
      if (found === undefined) return [];
      const { names, except, specimen } = found;
      const isOne = names.length === 1 && except.length === 0;
      const [old, now] = isOne ? this.#fatesOf(specimen) : many;
      return [{ names, except, old, new: now }];
    });
  }

  /** The fates of one region, with its own rules. */
  #fatesOf(region: Region): readonly [Fate, Fate] {
    const query = this.#ask(this.#space.specimen(region));
    const { before, after } = this.#sides;
    // Each side overwrites what the other has matched.
    return [fateOf(before(query), true, query), fateOf(after(query), true, query)];
  }

  /** Those that change are judged one by one: each has a rule of its own. */
  #judgeAlike(region: Region): Judged {
    const alike = this.#alike?.classOf(region) ?? BY_ITSELF;
    if (alike !== BY_ITSELF && this.#unchanged.has(alike)) return AS_ANOTHER;
    const judged = this.#judge(region);
    const isSample = alike !== BY_ITSELF && judged.group === UNCHANGED && !judged.isTruncated;
    if (isSample) this.#unchanged.add(alike);
    return judged;
  }

  #judge(region: Region): Judged {
    const query = this.#ask(this.#space.specimen(region));
    const { before, after, isOther } = this.#sides;
    const old = before(query);
    const { depth, wildcard, trigger } = query.match;
    const now = after(query);
    const isTruncated = old.verdict.action === 'truncate' || now.verdict.action === 'truncate';
    const key = `${keyOf(old)} ${keyOf(now)}`;
    const isSame =
      !isOther(old, now) &&
      ((trigger === 'qname' && isSamePlace(old, now, { depth, wildcard }, query)) ||
        this.#isSameIdentity(query, old, now));
    return { key, group: isSame ? UNCHANGED : this.#groupOf(key, old, now, query), isTruncated };
  }

  /** `query` is as `after` left it, and is so again. */
  #isSameIdentity(query: Query, old: Decided, now: Decided): boolean {
    const { before, identityOf } = this.#sides;
    const newIdentity = identityOf(now, query);
    const known = isByMatch(old) ? before(query) : old;
    return identityOf(known, query) === newIdentity;
  }

  #groupOf(key: string, old: Decided, now: Decided, query: Query): number {
    const known = this.#groupOfKey.get(key);
    if (known !== undefined) return known;
    // Of many names the rule is that of none.
    const many = [fateOf(old, false, query), fateOf(now, false, query)] as const;
    const text = JSON.stringify(many);
    let group = this.#fates.get(text);
    if (group === undefined) {
      group = this.#many.push(many);
      this.#fates.set(text, group);
    }
    this.#groupOfKey.set(key, group);
    return group;
  }
}

/** From the regions that change to the names that say so: `*.example.` but `ok.example.`. */

import { createHash } from 'node:crypto';
import type { NameSpace, Region } from './name-space.ts';

/** The names of one group. */
export interface Placed {
  readonly names: readonly string[];
  /** What is within these names and belongs to another group, or to none. */
  readonly except: readonly string[];
  /** One of its regions, which is all of it when there is one name and no exception. */
  readonly specimen: Region;
}

/** The group of what does not change. */
export const UNCHANGED = 0;

/** The names of all groups, by their numbers. */
export type Placement = ReadonlyMap<number, Placed>;

/** Names for groups, found once for kinds of questions that change the same regions. */
export class Placements {
  readonly #space: NameSpace;
  readonly #known: Map<string, Placement> = new Map();

  constructor(space: NameSpace) {
    this.#space = space;
  }

  /** `groups` has the group of each region, numbered as they come. */
  of(groups: Int32Array): Placement {
    const key = createHash('sha256').update(groups).digest('base64');
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const placement = place(this.#space, groups);
    this.#known.set(key, placement);
    return placement;
  }
}

/** A region is named unless the one around it is of the same group. */
function place(space: NameSpace, groups: Int32Array): Placement {
  const found = new Map<number, { names: Region[]; except: Region[] }>();
  const of = (group: number) => {
    const known = found.get(group);
    if (known !== undefined) return known;
    const made = { names: [], except: [] };
    found.set(group, made);
    return made;
  };
  for (let region = 0; region < groups.length; region++) {
    const own = groups[region]!;
    const around = space.around(region);
    const outer = around === undefined ? UNCHANGED : groups[around]!;
    if (own === outer || space.isEmpty(region)) continue;
    if (own !== UNCHANGED) of(own).names.push(region);
    if (outer !== UNCHANGED) of(outer).except.push(region);
  }
  const show = (region: Region) => space.show(region);
  const placed = [...found].map(([group, { names, except }]) => {
    const texts = { names: names.map(show).sort(), except: except.map(show).sort() };
    return [group, { ...texts, specimen: names[0]! }] as const;
  });
  return new Map(placed);
}

/** The names of client prefixes: what records and metrics call the one who asked. */

import type { ClientGroup } from '../../config/access-list.ts';
import { NO_PREFIX, PrefixTable } from '../../net/prefix-table.ts';
import type { Query } from '../../wire/query.ts';

/** The client is in no group. */
const NO_GROUP = -1;

export class ClientGroups {
  readonly names: readonly string[];
  readonly #table: PrefixTable;
  readonly #owners: readonly number[];

  constructor(groups: readonly ClientGroup[]) {
    this.names = groups.map(({ name }) => name);
    const all = groups.flatMap(({ prefixes }, owner) =>
      prefixes.map((prefix) => ({ prefix, owner })),
    );
    this.#table = new PrefixTable(all.map(({ prefix }) => prefix));
    this.#owners = all.map(({ owner }) => owner);
  }

  /** Index of the group with the most specific prefix for the client, or NO_GROUP. */
  find(query: Query): number {
    const index = this.#table.find(query.family, query.address);
    return index === NO_PREFIX ? NO_GROUP : this.#owners[index]!;
  }
}

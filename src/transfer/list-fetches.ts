/** All lists that come by HTTP, as one configuration names them. */

import type { FetchedList, ListState } from '../policy/lists/fetched-list.ts';
import { ListFetch } from './list-fetch.ts';
import type { FeedSurroundings } from './zone-transfer.ts';

/** The lists of another configuration, which are not looked at yet. */
export interface NextLists {
  readonly states: ReadonlyMap<string, ListState>;
  /** Puts them in the place of those that there are. */
  use(): void;
}

export class ListFetches {
  readonly #surroundings: FeedSurroundings;
  #lists: ReadonlyMap<string, ListFetch> = new Map();

  constructor(surroundings: FeedSurroundings) {
    this.#surroundings = surroundings;
  }

  /** What is there of each list, by the name of its policy. */
  get states(): ReadonlyMap<string, ListState> {
    return statesOf(this.#lists);
  }

  /** The list of a policy; undefined when it does not come by HTTP. */
  find(policy: string): ListFetch | undefined {
    return this.#lists.get(policy);
  }

  get all(): readonly ListFetch[] {
    return [...this.#lists.values()];
  }

  /**
   * Prepares for another configuration: lists that are the same go on, the others begin with the
   * last good copy that there is. Resolves when that has been read.
   */
  async prepare(settings: ReadonlyMap<string, FetchedList>): Promise<NextLists> {
    const before = this.#lists;
    const fresh: ListFetch[] = [];
    const lists = new Map<string, ListFetch>();
    for (const [policy, list] of settings) {
      const old = before.get(policy);
      const isSame = old !== undefined && JSON.stringify(old.settings) === JSON.stringify(list);
      const next = isSame ? old : new ListFetch(list, this.#surroundings);
      lists.set(policy, next);
      if (!isSame) fresh.push(next);
    }
    const byUrl = new Map([...before.values()].map((list) => [list.settings.url, list]));
    await Promise.all(fresh.map((list) => list.load(byUrl.get(list.settings.url))));
    const use = () => {
      for (const list of before.values()) {
        if (lists.get(list.settings.policy) !== list) list.close();
      }
      this.#lists = lists;
      for (const list of fresh) list.start();
    };
    return { states: statesOf(lists), use };
  }

  close(): void {
    for (const list of this.#lists.values()) list.close();
    this.#lists = new Map();
  }
}

function statesOf(lists: ReadonlyMap<string, ListFetch>): ReadonlyMap<string, ListState> {
  return new Map([...lists].map(([policy, { state }]) => [policy, state]));
}

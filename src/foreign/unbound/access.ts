/** Who may ask: `access-control` with its tags and views, by the most specific netblock. */

import type { Place } from '../../config/problem.ts';
import { contains, type Prefix } from '../../net/prefix.ts';
import type { Query } from '../../wire/query.ts';
import type { RecordData } from '../../wire/response.ts';
import { parseNetblock } from '../netblock.ts';
import type { Problems } from '../problems.ts';
import type { LocalZoneType } from './local-zone-types.ts';
import type { Option } from './statements.ts';
import type { Word } from './tokens.ts';

export const ACCESS_ACTIONS = [
  'deny',
  'refuse',
  'deny_non_local',
  'refuse_non_local',
  'allow',
  'allow_setrd',
  'allow_snoop',
  'allow_cookie',
] as const;
export type AccessAction = (typeof ACCESS_ACTIONS)[number];

/** One netblock and all that is said of it. */
export interface Netblock {
  readonly prefix: Prefix;
  /** As it is written. */
  readonly text: string;
  action: AccessAction;
  /** Undefined for what Unbound brings along. */
  place: Place | undefined;
  /** Positions of its tags in the order of `define-tag`. */
  tags: readonly number[] | undefined;
  view: string | undefined;
  readonly tagActions: Map<number, LocalZoneType>;
  readonly tagData: Map<number, RecordData[]>;
}

/** What Unbound takes in without a word, unless the same netblock is written. */
const DEFAULTS: readonly (readonly [string, AccessAction])[] = [
  ['0.0.0.0/0', 'refuse'],
  ['127.0.0.0/8', 'allow'],
  ['::/0', 'refuse'],
  ['::1', 'allow'],
  ['::ffff:127.0.0.1', 'allow'],
];

export class AccessTable {
  readonly #blocks: Map<string, Netblock> = new Map();
  readonly #problems: Problems;
  #sorted: readonly Netblock[] | undefined;

  constructor(problems: Problems) {
    this.#problems = problems;
  }

  /** `access-control: NETBLOCK ACTION`; of lines for the same netblock the last counts. */
  add({ values: [netblock, action], place }: Option): void {
    const known = ACCESS_ACTIONS.find((one) => one === action!.text);
    if (known === undefined) {
      const expected = ACCESS_ACTIONS.join(', ');
      this.#problems.add(action!.place, `"${action!.text}" is no action; expect ${expected}`);
      return;
    }
    const block = this.block(netblock!);
    if (block !== undefined) Object.assign(block, { action: known, place });
  }

  /** The netblock; one that only tags or a view name is allowed, as Unbound has it. */
  block({ text, place }: Word): Netblock | undefined {
    const prefix = parseNetblock(text);
    if (typeof prefix === 'string') return this.#problems.add(place, prefix);
    return this.#enter(prefix, text, 'allow', place);
  }

  /** To be called when all is read: what nobody wrote. */
  addDefaults(): void {
    for (const [text, action] of DEFAULTS) {
      const prefix = parseNetblock(text) as Prefix;
      this.#enter(prefix, text, action, undefined);
    }
    this.#sorted = [...this.#blocks.values()].sort((a, b) => b.prefix.length - a.prefix.length);
  }

  get all(): readonly Netblock[] {
    return [...this.#blocks.values()];
  }

  /** The most specific netblock of the client. */
  of(query: Query): Netblock | undefined {
    const client = { family: query.family, words: query.address };
    return this.#sorted?.find(
      ({ prefix }) => prefix.family === client.family && contains(prefix, client),
    );
  }

  #enter(prefix: Prefix, text: string, action: AccessAction, place: Place | undefined): Netblock {
    const key = `${prefix.family} ${[...prefix.words].join(' ')} ${prefix.length}`;
    const known = this.#blocks.get(key);
    if (known !== undefined) return known;
    const block: Netblock = {
      ...{ prefix, text, action, place, tags: undefined, view: undefined },
      ...{ tagActions: new Map(), tagData: new Map() },
    };
    this.#blocks.set(key, block);
    return block;
  }
}

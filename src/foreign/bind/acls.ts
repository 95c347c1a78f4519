/** The match lists that have a name, read when they are asked for: one may stand before what it names. */

import type { Place } from '../../config/problem.ts';
import type { Prefix } from '../../net/prefix.ts';
import type { HostAddress } from '../host.ts';
import type { Left } from '../left.ts';
import type { Problems } from '../problems.ts';
import type { Access } from './access.ts';
import { type MatchWorld, readMatchList } from './match-list.ts';
import { MatchTable } from './match-table.ts';
import type { Scope } from './scope.ts';
import type { Statement } from './statements.ts';

/** What is the same for all lists of one configuration. */
export interface BindParts {
  readonly problems: Problems;
  readonly host: readonly HostAddress[];
  readonly left: Left[];
}

export class Acls implements MatchWorld {
  readonly host: readonly HostAddress[];
  readonly problems: Problems;
  readonly left: Left[];
  readonly #definitions: ReadonlyMap<string, Statement>;
  readonly #lists: Map<string, MatchTable> = new Map();
  readonly #read: Map<Statement, MatchTable> = new Map();
  /** Those that are being read. */
  readonly #open: Set<string> = new Set();

  constructor(statements: readonly Statement[], { problems, host, left }: BindParts) {
    this.host = host;
    this.problems = problems;
    this.left = left;
    this.#definitions = new Map(
      statements
        .filter(({ words: [first] }) => first?.text === 'acl')
        .map((statement) => [statement.words[1]?.text.toLowerCase() ?? '', statement]),
    );
    // Also those that nobody names: what is wrong in them is wrong.
    for (const [name, { place }] of this.#definitions) this.named(name, place);
  }

  /** The list of this name; undefined when there is none. */
  named(name: string, place: Place): MatchTable | undefined {
    const key = name.toLowerCase();
    const known = this.#lists.get(key);
    if (known !== undefined) return known;
    const definition = this.#definitions.get(key);
    if (definition === undefined) return undefined;
    if (this.#open.has(key)) {
      this.problems.add(place, `acl ${name} stands for itself; expect lists without circles`);
      return new MatchTable();
    }
    this.#open.add(key);
    const list = this.read(definition);
    this.#open.delete(key);
    this.#lists.set(key, list);
    return list;
  }

  /** The list that stands behind a statement's words; views that share it, share what is wrong in it. */
  read(statement: Statement): MatchTable {
    const known = this.#read.get(statement);
    if (known !== undefined) return known;
    const table = readMatchList(statement.list ?? [], this);
    this.#read.set(statement, table);
    return table;
  }

  /** A list that nobody has written. */
  ofPrefixes(prefixes: readonly Prefix[]): MatchTable {
    const origin = { text: 'default', place: { file: '', line: 0, column: 0 } };
    const table = new MatchTable();
    for (const prefix of prefixes) table.addPrefix(prefix, true, origin);
    return table;
  }

  signed(place: Place, name: string): void {
    const instead =
      'takes in clients by their key, as explain does with --key; name their prefixes in clientGroups';
    this.left.push({ place, what: `key ${name}`, instead, decides: true, isExplained: true });
  }

  unjudged(place: Place, what: string): void {
    const instead = 'takes in clients by where they are; name their prefixes in clientGroups';
    this.left.push({ place, what, instead, decides: true });
  }

  /** The access option of a scope, or of one around it; `isOwn` looks at the scope alone. */
  access(scope: Scope, option: string, isOwn = false): Access | undefined {
    const statement = isOwn ? scope.own(option) : scope.find(option);
    if (statement === undefined) return undefined;
    return { option, list: this.read(statement), place: statement.place };
  }
}

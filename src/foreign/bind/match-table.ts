/**
 * Address match lists as BIND 9.18 compiles them (lib/dns/acl.c, iptable.c, lib/isc/radix.c).
 *
 * On paper the first element that matches decides. In fact prefixes stand in one tree, where a
 * prefix has one place however often it is written, and keys, `localhost`, `localnets` and lists that
 * deny something stand beside it, all with a number. Lists that deny nothing are merged into the one
 * around them: with `!` before them, their prefixes deny in place of what was written before.
 */

import type { Place } from '../../config/problem.ts';
import { contains, formatPrefix, type Prefix } from '../../net/prefix.ts';

/** Whom a list is asked about. */
export interface Subject {
  readonly family: 4 | 6;
  readonly words: Uint32Array;
  /** The key that signed the query, in lower case; undefined when none did. */
  readonly key: string | undefined;
}

/** Where something is written, and the names of the lists that lead to it. */
export interface Origin {
  readonly text: string;
  readonly place: Place;
}

/** Whether a list takes the subject in, and what says so; undefined when nothing matches. */
export interface Matched {
  readonly isIn: boolean;
  readonly origin: Origin | undefined;
}

interface Node {
  readonly prefix: Prefix;
  readonly number: number;
  isIn: boolean;
  origin: Origin;
}

/** An element that is no prefix. */
interface Beside {
  readonly number: number;
  readonly isNegated: boolean;
  readonly origin: Origin;
  readonly match: (subject: Subject) => boolean;
  /** The list that it stands for. */
  readonly inner?: MatchTable;
}

const EVERYBODY: readonly Prefix[] = ([4, 6] as const).map((family) => ({
  ...{ family, length: 0 },
  words: new Uint32Array(4),
}));

export class MatchTable {
  readonly #nodes: Map<string, Node> = new Map();
  readonly #beside: Beside[] = [];
  #count = 0;
  /** It denies something, so that lists around it keep it apart. */
  hasNegatives = false;

  addPrefix(prefix: Prefix, isIn: boolean, origin: Origin): void {
    const key = formatPrefix(prefix);
    if (this.#nodes.has(key)) return;
    this.#nodes.set(key, { prefix, number: ++this.#count, isIn, origin });
  }

  /** `any`, or `none`. */
  addEverybody(isIn: boolean, origin: Origin): void {
    const number = this.#count + 1;
    for (const prefix of EVERYBODY) {
      const key = formatPrefix(prefix);
      if (this.#nodes.has(key)) continue;
      this.#nodes.set(key, { prefix, number, isIn, origin });
      this.#count = number;
    }
  }

  addBeside(element: Omit<Beside, 'number'>): void {
    this.#beside.push({ ...element, number: ++this.#count });
  }

  /** A list within this one, negated or not. */
  addList(inner: MatchTable, isNegated: boolean, origin: Origin): void {
    if (inner.hasNegatives) {
      this.addBeside({ isNegated, origin, inner, match: (who) => inner.match(who).isIn });
    } else this.#merge(inner, isNegated, origin);
  }

  #merge(inner: MatchTable, isNegated: boolean, { text }: Origin): void {
    const within = (origin: Origin): Origin => ({ ...origin, text: `${text}: ${origin.text}` });
    const before = this.#count;
    for (const element of inner.#beside) {
      const number = element.number + before;
      const origin = within(element.origin);
      this.#beside.push({ ...element, number, origin, isNegated: isNegated || element.isNegated });
    }
    let most = 0;
    for (const [key, node] of inner.#nodes) {
      const origin = within(node.origin);
      const known = this.#nodes.get(key);
      const taken = known ?? { ...node, number: node.number + before, origin };
      if (known === undefined) this.#nodes.set(key, taken);
      if (isNegated && node.isIn) {
        taken.isIn = false;
        taken.origin = origin;
      }
      most = Math.max(most, node.number);
    }
    const mostBeside = Math.max(0, ...inner.#beside.map(({ number }) => number));
    this.#count = before + Math.max(most, mostBeside);
  }

  match(subject: Subject): Matched {
    const { family, words } = subject;
    let found: Node | undefined;
    for (const node of this.#nodes.values()) {
      const isBefore = found === undefined || node.number < found.number;
      if (isBefore && contains(node.prefix, { family, words })) found = node;
    }
    for (const element of this.#beside) {
      if (found !== undefined && found.number < element.number) break;
      if (element.match(subject))
        return { isIn: !element.isNegated, origin: originOf(element, subject) };
    }
    return { isIn: found?.isIn ?? false, origin: found?.origin };
  }
}

function originOf({ inner, origin }: Beside, subject: Subject): Origin {
  const within = inner?.match(subject).origin;
  return within === undefined ? origin : { ...within, text: `${origin.text}: ${within.text}` };
}

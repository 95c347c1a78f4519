/** Rules of ours that do for names what another server does with them. */

import { parentName } from '../../wire/name.ts';
import {
  hasUnknown,
  isSame,
  isSpecial,
  keyOf,
  type NameOutcomes,
  type Outcome,
  type Outcomes,
  typed,
  uniform,
} from './outcomes.ts';

export interface NameRule {
  /** `ads.example`, or `*.ads.example` for all names below. */
  readonly owner: string;
  readonly action: 'allow' | 'refuse' | 'drop' | 'nxdomain' | 'nodata' | 'answer';
  /** Of `answer`: `A 192.0.2.1`. */
  readonly records: readonly string[];
  /** Data of the old server's own. */
  readonly isData: boolean;
  /** Undefined for all types. */
  readonly types?: readonly string[];
  /** Where the rule of the other server stands. */
  readonly from: string;
}

export interface NameRules {
  /** Those of the second list count for types for which the first has none. */
  readonly lists: readonly (readonly NameRule[])[];
  /** Domains whose fate no rule has, with the rule there: the old server is asked for them. */
  readonly kept: ReadonlyMap<string, string>;
}

const FORWARDED: Outcome = {
  kind: 'forward',
  records: [],
  from: '',
  isDefault: true,
  isData: false,
};
const ASKED = uniform(FORWARDED);

/** `base` is what becomes of names that no rule is about. Longer names go by shorter ones. */
export function nameRulesOf(all: readonly NameOutcomes[], base: Outcomes): NameRules {
  const lists: NameRule[][] = [[], []];
  const kept = new Map<string, string>();
  const below = new Map<string, Outcomes>();
  const add = (owner: string, outcomes: Outcomes, inherited: Outcomes): void => {
    if (isSame(outcomes, inherited)) return;
    for (const [i, rule] of rulesFor(owner, outcomes).entries()) lists[i]!.push(rule);
  };
  const sorted = [...all].sort((a, b) => a.wire.length - b.wire.length);
  for (const { name, wire, self, below: children } of sorted) {
    const inherited = inheritedBy(wire, below) ?? base;
    const isOdd = hasUnknown(self) || hasUnknown(children);
    if (isOdd) kept.set(name, oddOf(self) ?? oddOf(children) ?? '');
    // The old server has to be asked, which a rule for all below a shorter name would not let happen.
    const [own, under] = isOdd ? [ASKED, ASKED] : [self, children];
    const isSpared = isSpecial(wire) && isOurs(own) && isOurs(under);
    if (isSpared || (isOdd && isSame(inherited, base))) continue;
    below.set(keyOfWire(wire), under);
    add(name, own, inherited);
    add(`*.${name}`, under, inherited);
  }
  return { lists: lists.filter((list) => list.length > 0), kept };
}

/** Of special names: ours deny them, or have what is usual, by themselves. */
function isOurs({ types, others }: Outcomes): boolean {
  return [others, ...types.values()].every(
    ({ kind, isDefault }) => isDefault || kind === 'nxdomain' || kind === 'nodata',
  );
}

/** The rule whose outcome no rule of ours has. */
function oddOf({ types, others }: Outcomes): string | undefined {
  return [...types.values(), others].find(({ kind }) => kind === 'unknown')?.from;
}

function keyOfWire(wire: Uint8Array): string {
  return Buffer.from(wire).toString('latin1');
}

function inheritedBy(wire: Uint8Array, below: ReadonlyMap<string, Outcomes>): Outcomes | undefined {
  for (let at = parentName(wire); at !== undefined; at = parentName(at)) {
    const known = below.get(keyOfWire(at));
    if (known !== undefined) return known;
  }
  return undefined;
}

/** One rule, or one for some types and one for the others. */
function rulesFor(owner: string, outcomes: Outcomes): readonly NameRule[] {
  const { others } = outcomes;
  const types = [...outcomes.types.keys()];
  const isUniform = types.every((type) => keyOf(typed(outcomes, type)) === keyOf(others));
  if (isUniform) return [ruleOf(owner, [others])];
  // Of types that are answered, or have no data, one rule has them all.
  const data = types.map((type) => typed(outcomes, type)).filter(isData);
  if (data.length === types.length && others.kind === 'nodata') {
    return [ruleOf(owner, withRecords(data))];
  }
  const apart = types.filter((type) => keyOf(typed(outcomes, type)) !== keyOf(others));
  const ofTypes = apart.map((type) => typed(outcomes, type));
  const first = ofTypes.every(isData)
    ? { ...ruleOf(owner, withRecords(ofTypes)), types: apart }
    : {
        ...ruleOf(owner, [ofTypes[0]!]),
        types: apart.filter((_, i) => keyOf(ofTypes[i]!) === keyOf(ofTypes[0]!)),
      };
  return others.kind === 'forward' ? [first] : [first, ruleOf(owner, [others])];
}

function isData({ kind }: Outcome): boolean {
  return kind === 'answer' || kind === 'nodata';
}

/** Those with records, if there are any: the types without have no data. */
function withRecords(outcomes: readonly Outcome[]): readonly Outcome[] {
  const answers = outcomes.filter(({ kind }) => kind === 'answer');
  return answers.length > 0 ? answers : outcomes.slice(0, 1);
}

function ruleOf(owner: string, outcomes: readonly Outcome[]): NameRule {
  const [{ kind, from, isData } = FORWARDED] = outcomes;
  const action = kind === 'forward' || kind === 'unknown' ? 'allow' : kind;
  return { owner, action, from, isData, records: outcomes.flatMap(({ records }) => records) };
}

/** Clients that another server treats alike, and how: what a configuration of ours has to do for them. */

import type { Verdict } from '../../decision/verdict.ts';
import {
  type AddressRange,
  partitionClients,
  toPrefixes,
  toWords,
} from '../../diff/client-space.ts';
import { decide } from '../../diff/fate.ts';
import type { ForeignPolicy } from '../../foreign/foreign-policy.ts';
import type { Ways } from '../../foreign/ways.ts';
import { formatAddress } from '../../net/address.ts';
import { formatPrefix } from '../../net/prefix.ts';
import { lowerName, parentName, parseName } from '../../wire/name.ts';
import { Query } from '../../wire/query.ts';
import { RrClass, RrType } from '../../wire/registry.ts';
import { formatRequest } from '../../wire/request.ts';
import { type NameRules, nameRulesOf } from './name-rules.ts';
import { baseOf, outcomesOf } from './outcomes.ts';

/** What becomes of one question. */
export interface Answered {
  readonly domain: string;
  readonly fate: 'served' | 'refused' | 'dropped';
  readonly verdict: Verdict;
}

export interface Behaviour {
  /** In CIDR notation. */
  readonly clients: readonly string[];
  /** An address of them. */
  readonly example: string;
  readonly ways: Ways;
  /** A name that no rule is about. */
  readonly plain: Answered;
  /** The same with RD=0. */
  readonly plainWithoutRecursion: Answered;
  /** Zones and domains that the server knows, by the question for their own name. */
  readonly domains: readonly Answered[];
  /** What becomes of all other names that its rules are about. */
  readonly names: NameRules;
}

/** A name that nobody has a rule for: RFC 6761 keeps it for examples. */
export const PLAIN_NAME = 'www.plain-name.example';

/** All clients, those with the same behaviour together. */
export function behavioursOf({ policy, ways }: ForeignPolicy): readonly Behaviour[] {
  const found = new Map<
    string,
    { ranges: AddressRange[]; behaviour: Omit<Behaviour, 'clients'> }
  >();
  const cuts = policy.cuts ?? { names: [], types: [] };
  const asked = cutNames(cuts.names);
  for (const { ranges } of partitionClients(policy, policy)) {
    const asker = new Asker(policy, ranges[0]!);
    const own = ways[asker.view]!;
    const plain = asker.ask(PLAIN_NAME);
    const outcomes = outcomesOf(outside(asked, own), cuts.types, (name, type) =>
      asker.decide(name, type),
    );
    const behaviour = {
      ...{ example: asker.client, ways: own, plain },
      plainWithoutRecursion: asker.ask(PLAIN_NAME, false),
      domains: domainsOf(own).map((domain) => asker.ask(domain)),
      names: nameRulesOf(outcomes, baseOf(plain)),
    };
    const { lists, kept } = behaviour.names;
    const rules = JSON.stringify([lists, [...kept]]);
    const key = JSON.stringify([asker.view, rules, ...answersOf(behaviour).map(outline)]);
    const known = found.get(key);
    if (known === undefined) found.set(key, { ranges: [...ranges], behaviour });
    else known.ranges.push(...ranges);
  }
  const all = [...found.values()];
  const widest = ([4, 6] as const).map((family) => widestOf(family, all));
  return all.map((one) => ({
    ...one.behaviour,
    clients: toPrefixes([
      ...widest.flatMap(({ owner, whole }) => (owner === one ? [whole] : [])),
      ...one.ranges.filter(({ family }) =>
        widest.every(({ owner, whole }) => owner !== one || whole.family !== family),
      ),
    ]).map(formatPrefix),
  }));
}

/** Those that have the most addresses of a family: all that is in no other prefix can be theirs. */
function widestOf<T extends { readonly ranges: readonly AddressRange[] }>(
  family: 4 | 6,
  all: readonly T[],
) {
  const size = ({ ranges }: T) =>
    ranges
      .filter((range) => range.family === family)
      .reduce((sum, { first, last }) => sum + last - first + 1n, 0n);
  const owner = all.reduce((best, one) => (size(one) > size(best) ? one : best));
  const whole: AddressRange = { family, first: 0n, last: (1n << (family === 4 ? 32n : 128n)) - 1n };
  return { owner, whole };
}

export function answersOf(behaviour: Omit<Behaviour, 'clients'>): readonly Answered[] {
  return [behaviour.plain, behaviour.plainWithoutRecursion, ...behaviour.domains];
}

function outline({ domain, fate }: Answered): string {
  return `${domain} ${fate}`;
}

function domainsOf({ own, forwards }: Ways): readonly string[] {
  const all = [...own, ...forwards].map(({ domain }) =>
    domain.replace(/(?<=.)\.$/, '').toLowerCase(),
  );
  return [...new Set(all)].filter((domain) => domain !== '.');
}

/** With those above them, which exist because they do. */
function cutNames(names: readonly Uint8Array[]): readonly Uint8Array[] {
  const all = new Map<string, Uint8Array>();
  for (const name of names) {
    for (let at: Uint8Array | undefined = name; at !== undefined; at = parentName(at)) {
      const key = keyOf(at);
      if (all.has(key)) break;
      all.set(key, at);
    }
  }
  return [...all.values()];
}

/** Without those of its zones, for all of which it is asked. */
function outside(names: readonly Uint8Array[], { own }: Ways): readonly Uint8Array[] {
  const zones = new Set(
    own
      .filter(({ isZone }) => isZone)
      .map(({ domain }) => keyOf(lowerName(parseName(domain) as Uint8Array))),
  );
  if (zones.size === 0) return names;
  return names.filter((name) => {
    for (let at: Uint8Array | undefined = name; at !== undefined; at = parentName(at)) {
      if (zones.has(keyOf(at))) return false;
    }
    return true;
  });
}

function keyOf(wire: Uint8Array): string {
  return Buffer.from(wire).toString('latin1');
}

/** Asks as one client. */
class Asker {
  readonly client: string;
  readonly view: number;
  readonly #policy: ForeignPolicy['policy'];
  readonly #query: Query = new Query();

  constructor(policy: ForeignPolicy['policy'], { family, first }: AddressRange) {
    this.#policy = policy;
    const words = toWords(first, family);
    this.#query.family = family;
    this.#query.address.set(words);
    this.client = formatAddress(family, words);
    this.ask(PLAIN_NAME);
    this.view = policy.viewOf(this.#query).index;
  }

  ask(domain: string, recursionDesired = true): Answered {
    const verdict = this.decide(parseName(domain) as Uint8Array, RrType.A, recursionDesired);
    return { domain, verdict, fate: fateOf(verdict) };
  }

  decide(name: Uint8Array, type: number, recursionDesired = true): Verdict {
    const question = { name, type, rrClass: RrClass.IN };
    const request = formatRequest({ id: 0, recursionDesired, edns: false, ...question });
    this.#query.parse(request, request.length);
    return decide(this.#policy, this.#query).verdict;
  }
}

function fateOf({ action, rcode }: Verdict): Answered['fate'] {
  if (action === 'drop') return 'dropped';
  return action === 'refuse' || rcode === 5 ? 'refused' : 'served';
}

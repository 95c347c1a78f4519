/** Clients that another server treats alike, and how: what a configuration of ours has to do for them. */

import type { Rule, Verdict } from '../../decision/verdict.ts';
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
import { parseName } from '../../wire/name.ts';
import { Query } from '../../wire/query.ts';
import { RrClass, RrType } from '../../wire/registry.ts';
import { formatRequest } from '../../wire/request.ts';

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
}

/** A name that nobody has a rule for: RFC 6761 keeps it for examples. */
export const PLAIN_NAME = 'www.plain-name.example';

/** All clients, those with the same behaviour together. */
export function behavioursOf({ policy, ways }: ForeignPolicy): readonly Behaviour[] {
  const found = new Map<
    string,
    { ranges: AddressRange[]; behaviour: Omit<Behaviour, 'clients'> }
  >();
  for (const { ranges } of partitionClients(policy, policy)) {
    const asker = new Asker(policy, ranges[0]!);
    const own = ways[asker.view]!;
    const behaviour = {
      example: asker.client,
      ways: own,
      plain: asker.ask(PLAIN_NAME),
      plainWithoutRecursion: asker.ask(PLAIN_NAME, false),
      domains: domainsOf(own).map((domain) => asker.ask(domain)),
    };
    const key = JSON.stringify([asker.view, ...answersOf(behaviour).map(outline)]);
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
    const name = parseName(domain) as Uint8Array;
    const question = { name, type: RrType.A, rrClass: RrClass.IN };
    const request = formatRequest({ id: 0, recursionDesired, edns: false, ...question });
    this.#query.parse(request, request.length);
    const { verdict } = decide(this.#policy, this.#query);
    return { domain, verdict, fate: fateOf(verdict) };
  }
}

function fateOf({ action, rcode }: Verdict): Answered['fate'] {
  if (action === 'drop') return 'dropped';
  return action === 'refuse' || rcode === 5 ? 'refused' : 'served';
}

/** `named.conf:12`, or what nobody wrote. */
export function placeOf({ id, file, line, implicit }: Rule): string {
  return implicit ? id : `${id} at ${file}:${line}`;
}

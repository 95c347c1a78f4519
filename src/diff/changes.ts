/**
 * What changes between two configurations, exactly: clients, names and kinds of questions are cut
 * where any rule of either begins or ends, and for one specimen of each piece the layers that
 * serve decide what becomes of it.
 */

import { contentOf } from '../config/content.ts';
import { formatPrefix } from '../net/prefix.ts';
import type { Policy } from '../policy/compile.ts';
import { SPECIAL_USE_ZONES } from '../policy/layers/special-use.ts';
import { discoveryNames } from '../policy/own-endpoints.ts';
import { letsPass } from '../policy/rules/name-policy.ts';
import { parentName } from '../wire/name.ts';
import { Query } from '../wire/query.ts';
import { Opcode, RrClass, RrType } from '../wire/registry.ts';
import { formatRequest } from '../wire/request.ts';
import { AlikeNames, canTellAlike } from './alike-names.ts';
import { splitByBase } from './beyond.ts';
import { type AddressRange, partitionClients, toPrefixes, toWords } from './client-space.ts';
import { type Decided, decide, identityOf, isOther, outcomeOf } from './fate.ts';
import { type Compared, type ComparedNames, type NameChange, NameChanges } from './name-changes.ts';
import { digestOf } from './name-list.ts';
import { ALL_NAMES, NameSpace, type Region } from './name-space.ts';
import { Placements } from './placement.ts';
import { knowsTransports, otherType, type QuestionKind, questionKinds } from './question-kinds.ts';
import { type Scope, scopesOf } from './scopes.ts';

export interface Change extends NameChange, Scope {
  readonly clients: readonly string[];
}

/** The changes from `before` to `after`: clients that change alike are listed together. */
export function findChanges(before: Policy, after: Policy): readonly Change[] {
  return new Comparison(before, after).changes();
}

/** Changes of a client and the kinds of questions that share them. */
interface Found {
  readonly change: NameChange;
  readonly kinds: Set<QuestionKind>;
}

/** The same for two changes that are alike. */
function textOf({ names, except, ...fates }: NameChange): string {
  return JSON.stringify([digestOf(names), digestOf(except), fates]);
}

class Comparison {
  readonly #before: Policy;
  readonly #after: Policy;
  readonly #kinds: readonly QuestionKind[];
  readonly #otherType: number;
  readonly #knowsTransports: boolean;
  readonly #space: NameSpace = new NameSpace();
  /** Names of rules that may be for some types only. */
  readonly #typed: NameSpace = new NameSpace();
  readonly #names: ComparedNames;
  readonly #query: Query = new Query();
  /** What was found for clients that both configurations treat alike but for their address. */
  readonly #known: Map<string, readonly Found[]> = new Map();

  constructor(before: Policy, after: Policy) {
    this.#before = before;
    this.#after = after;
    this.#kinds = questionKinds([before, after]);
    this.#otherType = otherType([before, after]);
    this.#knowsTransports = knowsTransports([before, after]);
    for (const policy of [before, after]) this.#addNames(policy);
    const zones = [...before.zones, ...after.zones];
    for (const { policy } of zones) this.#add(policy?.partialNames() ?? [], [this.#typed]);
    for (const zone of SPECIAL_USE_ZONES) for (const space of this.#spaces) space.addText(zone);
    const sides = [before, after];
    const isSampled = this.#isForeign && canTellAlike(sides);
    this.#names = {
      space: this.#space,
      placements: new Placements(this.#space),
      alike: isSampled ? new AlikeNames(this.#space, sides) : undefined,
    };
  }

  get #spaces(): readonly NameSpace[] {
    return [this.#space, this.#typed];
  }

  #addNames({ zones, config, localRecords, cuts }: Policy): void {
    for (const name of cuts?.names ?? []) this.#addWithParents(name);
    this.#add(localRecords.table.names(), this.#spaces);
    for (const { policy, digest } of zones) {
      this.#add(policy?.names() ?? [], digest === '' ? this.#spaces : [this.#space]);
    }
    for (const name of discoveryNames(config)) {
      for (const space of this.#spaces) space.addText(name);
    }
    for (const { routes } of config.views) {
      for (const { key } of routes) for (const space of this.#spaces) space.addWithParents(key);
    }
  }

  /** A name of another server, and those above it, which exist because it does. */
  #addWithParents(wire: Uint8Array): void {
    for (let name: Uint8Array | undefined = wire; name !== undefined; name = parentName(name)) {
      for (const space of this.#spaces) space.add(name);
    }
  }

  #add(names: Iterable<Uint8Array>, spaces: readonly NameSpace[]): void {
    for (const name of names) for (const space of spaces) space.add(name);
  }

  /** One of them is another server's. */
  get #isForeign(): boolean {
    return this.#before.cuts !== undefined || this.#after.cuts !== undefined;
  }

  readonly #sides = {
    identityOf: (decided: Decided, query: Query) =>
      (this.#isForeign ? outcomeOf : identityOf)(decided, query),
    isOther: (a: Decided, b: Decided) => !this.#isForeign && isOther(a, b),
    before: (query: Query) => decide(this.#before, query),
    after: (query: Query) => decide(this.#after, query),
  };

  changes(): readonly Change[] {
    const merged = new Map<string, { ranges: AddressRange[]; change: Omit<Change, 'clients'> }>();
    for (const { ranges } of partitionClients(this.#before, this.#after)) {
      for (const found of this.#changesOf(ranges[0]!)) {
        for (const scope of scopesOf(found.kinds, this.#kinds)) {
          const change = { ...scope, ...found.change };
          const key = JSON.stringify(scope) + textOf(found.change);
          const known = merged.get(key);
          if (known === undefined) merged.set(key, { ranges: [...ranges], change });
          else known.ranges.push(...ranges);
        }
      }
    }
    return [...merged.values()].map(({ ranges, change }) => ({
      clients: toPrefixes(ranges).map(formatPrefix),
      ...change,
    }));
  }

  #changesOf({ family, first }: AddressRange): readonly Found[] {
    this.#query.family = family;
    this.#query.address.set(toWords(first, family));
    const key = this.#clientKey();
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const found = this.#findFor();
    this.#known.set(key, found);
    return found;
  }

  /** The changes for the client in the query. */
  #findFor(): readonly Found[] {
    const found = new Map<string, Found>();
    /** The changes of types that no rule names, by the way of asking. */
    const bases = new Map<string, readonly NameChange[]>();
    let untyped: Compared | undefined;
    for (const kind of this.#kinds) {
      const changes = new NameChanges(this.#names, this.#sides, (name) => this.#ask(name, kind));
      if (this.#isFirst(kind)) untyped = undefined;
      const own = changes.blind() ?? this.#compare(changes, untyped);
      if (kind.type === undefined) untyped ??= changes.compared;
      const way = `${kind.opcode} ${kind.recursionDesired} ${kind.transport}`;
      if (kind.type === undefined) bases.set(way, own);
      for (const change of splitByBase(own, bases.get(way) ?? [])) {
        const key = textOf(change);
        const known = found.get(key);
        if (known === undefined) found.set(key, { change, kinds: new Set([kind]) });
        else known.kinds.add(kind);
      }
    }
    return [...found.values()];
  }

  #compare(changes: NameChanges, untyped: Compared | undefined): readonly NameChange[] {
    if (changes.isOpen && this.#haveSameNames()) return [];
    if (untyped !== undefined) return changes.compareAs(untyped);
    // Of another server nobody knows for which types its rules are.
    const isSingle = (region: Region) =>
      this.#isForeign || this.#typed.has(this.#space.nameOf(region));
    return changes.compareAll(isSingle);
  }

  /** Whether all names are looked at: by TCP only where clients are not told apart by transport. */
  #isFirst({ type, transport }: QuestionKind): boolean {
    return type === undefined && (transport === 'udp' || this.#knowsTransports);
  }

  #ask(name: Uint8Array, kind: QuestionKind): Query {
    const { opcode, recursionDesired, dnssecOk, transport } = kind;
    // RFC 2136 section 2.3, RFC 1996 section 3.7: all but queries are about a zone's SOA.
    const type = kind.type ?? (opcode === Opcode.QUERY ? this.#otherType : RrType.SOA);
    const question = { name, type, rrClass: RrClass.IN, edns: dnssecOk, dnssecOk };
    const asked = { id: 0, opcode, recursionDesired, ...question };
    const request = formatRequest(asked);
    this.#query.transport = transport;
    this.#query.parse(request, request.length);
    return this.#query;
  }

  /** What both configurations know of the client, for every kind of question. */
  #clientKey(): string {
    const query = this.#query;
    // Who asks may make a difference for some names of another server alone.
    if (this.#isForeign) return `${query.family} ${query.address.join()}`;
    const sides = [this.#before, this.#after];
    const rules = sides.flatMap(({ viewOf, zones }) => [
      viewOf(query).index,
      ...zones.map(({ policy }) => {
        const answer = policy?.judgeClient(query);
        if (answer === undefined) return 'none';
        return letsPass(answer) ? 'pass' : answer.index;
      }),
    ]);
    const fates = this.#kinds.flatMap((kind) => {
      this.#ask(this.#space.specimen(ALL_NAMES), kind);
      return sides.map((policy) => identityOf(decide(policy, query), query));
    });
    return [...rules, ...fates].join('|');
  }

  /** Whether the client's views ask the same policies and go the same ways. */
  #haveSameNames(): boolean {
    if (this.#isForeign) return false;
    const [before, after] = [this.#before, this.#after].map((policy) => {
      const view = policy.config.views[policy.viewOf(this.#query).index]!;
      const policies = view.policies.map((index) => [
        policy.config.policies[index]!.value,
        policy.zones[index]!.digest,
      ]);
      const { localRecords, discovery, listen } = policy.config;
      const endpoints = discovery && [discovery, listen];
      const local = [localRecords.entries, policy.localRecords.digest];
      return contentOf([view.routes, policies, local, endpoints]);
    });
    return before === after;
  }
}

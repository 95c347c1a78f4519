/** What this server answers about itself: its listeners with TLS, and RESINFO (RFC 9462, RFC 9606). */

import type { Config } from '../config/config.ts';
import { builtIn, type Rule, type Verdict, type VerdictSpec } from '../decision/verdict.ts';
import { lowerName, parseName } from '../wire/name.ts';
import type { Query } from '../wire/query.ts';
import { RrType } from '../wire/registry.ts';
import type { RecordData } from '../wire/response.ts';
import { designatedRecords } from './designated-resolvers.ts';
import type { PolicyParts } from './layer-parts.ts';

/** RFC 9462 section 4, and RFC 9461 section 3: where endpoints are asked for. */
const PREFIX = '_dns.';
const RESOLVER_ARPA = 'resolver.arpa';

/** Names that have records of these types only because of `discovery`. */
export const DISCOVERY_TYPES: readonly number[] = [RrType.SVCB, RrType.RESINFO];

/** The names at which clients look for the listeners. */
export function discoveryNames({ discovery }: Pick<Config, 'discovery'>): readonly string[] {
  if (discovery === undefined) return [];
  const { value: name } = discovery.name;
  return [PREFIX + RESOLVER_ARPA, PREFIX + name, name];
}

interface Own {
  /** In lower case. */
  readonly name: Uint8Array;
  readonly type: number;
  readonly verdict: Verdict;
}

/** By name and type; `soa` is of the answer that has no record. */
export class OwnEndpoints {
  readonly #atResolverArpa: readonly Own[];
  readonly #atName: readonly Own[];

  constructor({ config, resolverInfo, verdicts }: PolicyParts, soa: RecordData) {
    const { discovery } = config;
    const add = (rule: Rule, spec: Pick<VerdictSpec, 'records' | 'recordsOf' | 'additional'>) =>
      verdicts.add({
        ...{ layer: 'special-use', action: 'answer', rule, soa, authoritative: true },
        ...spec,
      });
    const resinfo = add(builtIn(`special-use ${RESOLVER_ARPA} RESINFO`), {
      recordsOf: resolverInfo,
    });
    const atArpa = own(RESOLVER_ARPA, RrType.RESINFO, resinfo);
    if (discovery === undefined) {
      this.#atResolverArpa = [atArpa];
      this.#atName = [];
      return;
    }
    const { value: name, place } = discovery.name;
    const rule = { id: `discovery ${name}`, file: place.file, line: place.line, implicit: false };
    const endpoints = add(rule, designatedRecords(discovery, config.listen));
    // RFC 9606 section 3: it is asked for at the name, and at resolver.arpa by who knows none.
    const info = add(rule, { recordsOf: resolverInfo });
    this.#atResolverArpa = [atArpa, own(PREFIX + RESOLVER_ARPA, RrType.SVCB, endpoints)];
    this.#atName = [own(PREFIX + name, RrType.SVCB, endpoints), own(name, RrType.RESINFO, info)];
  }

  /** At `resolver.arpa` and below. */
  findAtResolverArpa(query: Query): Verdict | undefined {
    return find(this.#atResolverArpa, query);
  }

  /** At the name that the certificates are for. */
  findAtName(query: Query): Verdict | undefined {
    const verdict = query.isLookup ? find(this.#atName, query) : undefined;
    if (verdict === undefined) return undefined;
    query.match.trigger = 'qname';
    query.match.depth = 0;
    return verdict;
  }
}

function own(name: string, type: number, verdict: Verdict): Own {
  return { name: lowerName(parseName(name) as Uint8Array), type, verdict };
}

function find(all: readonly Own[], query: Query): Verdict | undefined {
  for (let i = 0; i < all.length; i++) {
    const { name, type, verdict } = all[i]!;
    if (type === query.qtype && isName(query, name)) return verdict;
  }
  return undefined;
}

function isName({ name, nameLength }: Query, wire: Uint8Array): boolean {
  if (nameLength !== wire.length) return false;
  for (let i = 0; i < wire.length; i++) if (name[i] !== wire[i]) return false;
  return true;
}

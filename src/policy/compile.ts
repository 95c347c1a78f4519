/** From a configuration to what judges queries. */

import type { Config } from '../config/config.ts';
import { ConfigError, type Problem } from '../config/problem.ts';
import type { ViewConfig } from '../config/views.ts';
import { Pauses } from '../decision/pauses.ts';
import { type Verdict, VerdictTable } from '../decision/verdict.ts';
import { ServerCookies } from '../wire/cookie.ts';
import type { Query } from '../wire/query.ts';
import { Ede } from '../wire/registry.ts';
import type { RecordData } from '../wire/response.ts';
import { ClientGroups } from './access/client-groups.ts';
import { TokenBuckets } from './access/token-buckets.ts';
import type { Cuts } from './cuts.ts';
import { type Layer, withoutCounting } from './layer.ts';
import type { PolicyParts } from './layer-parts.ts';
import { compileOverload } from './layers/overload.ts';
import { compileUnreadable } from './layers/policy.ts';
import { limitRefusals } from './layers/rate-limit.ts';
import { compileUpstream, type UpstreamVerdicts } from './layers/upstream.ts';
import { compileLocalRecords, type LocalRecords } from './local/local-records.ts';
import { ORDER } from './order.ts';
import { type PolicyFiles, READ_FILES } from './policy-files.ts';
import { PolicyHash } from './policy-hash.ts';
import { compilePolicyZones, type PolicyZone } from './policy-zones.ts';
import { Primaries } from './primaries.ts';
import { resolverInfo } from './resinfo.ts';
import { RouteTable } from './route-table.ts';
import {
  readTransferredZones,
  readTsigKeys,
  type TransferredZone,
} from './rpz/transfer/transferred-zone.ts';
import { ExpiredRules } from './rules/expired-rules.ts';
import { expiriesOf } from './rules/expiries.ts';
import type { Enforcement } from './rules/in-force.ts';
import { PolicyChain } from './rules/policy-chain.ts';
import { type View, ViewTable } from './view.ts';

/** All rules of one configuration for queries. Nothing in it changes. */
export interface Policy {
  /** Eight hexadecimal digits over its content: the identity shown in every record. */
  readonly hash: string;
  /** All of it, for readers: whoever judges or answers goes by what was compiled from it. */
  readonly config: Config;
  /** What replies have besides the verdict. */
  readonly replies: Pick<Config, 'node' | 'ede' | 'structuredErrors'>;
  readonly verdicts: readonly Verdict[];
  /** The first is for clients that are in no other. */
  readonly views: readonly View[];
  /** The view of the query's client. */
  readonly viewOf: (query: Query) => View;
  readonly overload: Verdict;
  readonly groups: ClientGroups;
  readonly zones: readonly PolicyZone[];
  readonly localRecords: LocalRecords;
  /** Those that come by transfer, by the names of their policies. */
  readonly transferred: ReadonlyMap<string, TransferredZone>;
  /** The DNS cookies that clients are given; undefined when none are. */
  readonly cookies: ServerCookies | undefined;
  /** When the next rule expires, in milliseconds since the epoch; Infinity when none does. */
  readonly expiresAt: number;
  /** Of a policy that was read from another program's files: where its rules begin and end. */
  readonly cuts?: Cuts;
}

/** What surrounds a configuration. */
export interface CompileOptions {
  readonly files: PolicyFiles;
  /** Rules count that do so at this time, in milliseconds since the epoch. */
  readonly now: number;
  /** What clients have used up of the rate limit. */
  readonly buckets: TokenBuckets;
  /** Who is not judged by policies for a while. */
  readonly pauses: Pauses;
}

/** Compiles a configuration with its policy files. Throws a ConfigError. */
export function compilePolicy(
  config: Config,
  version: string,
  given: Partial<CompileOptions> = {},
): Policy {
  const options = {
    files: READ_FILES,
    now: Date.now(),
    buckets: new TokenBuckets(),
    pauses: new Pauses(),
    ...given,
  };
  return { ...new Compiler(config, version, options).compile(), config };
}

/** Sees of the configuration only what goes into the policy hash. */
class Compiler {
  readonly #hash: PolicyHash;
  readonly #config: Config;
  readonly #now: number;
  readonly #problems: Problem[] = [];
  readonly #parts: PolicyParts;
  readonly #zones: readonly PolicyZone[];
  readonly #transferred: ReadonlyMap<string, TransferredZone>;
  /** The policy hash and the serials of its zones. */
  #identity = '';
  #resolverInfo: readonly RecordData[] = [];
  /** The layers of THE ORDER that are the same for all views, at their positions. */
  readonly #common: readonly (Layer | undefined)[];
  readonly #limitRefusals: (layers: readonly Layer[]) => readonly Layer[];
  readonly #upstreams: ReadonlyMap<string, UpstreamVerdicts>;
  /** One table for each list of routes; its position is the views' `cache`. */
  readonly #routes: { readonly lines: ViewConfig['routes']; readonly table: RouteTable }[] = [];
  readonly #unreadable: Verdict;

  constructor(given: Config, version: string, { files, now, buckets, pauses }: CompileOptions) {
    this.#hash = new PolicyHash(given, files);
    const { config } = this.#hash;
    this.#config = config;
    this.#now = now;
    const problems = this.#problems;
    const verdicts = new VerdictTable();
    const keys = readTsigKeys(config, problems);
    const transferred = readTransferredZones(config, keys, problems);
    this.#transferred = transferred;
    this.#parts = {
      ...{ config, files: this.#hash.files, version, verdicts, buckets, pauses },
      cookies: compileCookies(config),
      primaries: new Primaries(config, transferred, [...keys.values()], verdicts),
      localRecords: compileLocalRecords({ config, files: this.#hash.files, problems }),
      identity: () => this.#identity,
      resolverInfo: () => this.#resolverInfo,
    };
    this.#unreadable = compileUnreadable(verdicts);
    const expired = new ExpiredRules();
    this.#zones = compilePolicyZones({ ...this.#parts, transferred, now, problems, expired });
    this.#upstreams = new Map(
      config.upstreams.map((group) => [group.key, compileUpstream(group, verdicts)]),
    );
    this.#limitRefusals = limitRefusals(this.#parts);
    this.#common = ORDER.map((layer) => ('once' in layer ? layer.once(this.#parts) : undefined));
  }

  compile(): Omit<Policy, 'config'> {
    const config = this.#config;
    const { verdicts, cookies } = this.#parts;
    const views = config.views.map((view, index) => this.#view(view, index));
    if (this.#problems.length > 0) throw new ConfigError(this.#problems);
    const viewTable = new ViewTable(config.views);
    const expiries = expiriesOf(config);
    const isPast = (expires: number) => expires <= this.#now;
    const { node, ede, structuredErrors, infoUrl } = config;
    const overload = compileOverload(verdicts);
    const groups = new ClientGroups(config.clientGroups);
    const hash = this.#hash.finish(expiries.filter(isPast).length);
    this.#describe(hash, ede, infoUrl);
    return {
      ...{ hash, verdicts: verdicts.verdicts, views, overload, groups, cookies },
      viewOf: (query) => views[viewTable.find(query)]!,
      replies: { node, ede, structuredErrors },
      zones: this.#zones,
      localRecords: this.#parts.localRecords,
      transferred: this.#transferred,
      expiresAt: Math.min(...expiries.filter((expires) => !isPast(expires))),
    };
  }

  #view(config: ViewConfig, index: number): View {
    const { name, routes: lines } = config;
    const cache = this.#routesAt(lines);
    const routes = this.#routes[cache]!.table;
    const compile = (withShadow: boolean) =>
      this.#layers(config, routes, { now: this.#now, withShadow });
    const shadow = this.#hasShadow(config) ? compile(true) : undefined;
    const { layers, policies } = compile(false);
    return {
      ...{ name, index, cache, routes, policies, layers: this.#limitRefusals(layers) },
      shadow: shadow?.layers,
      shadowPolicies: shadow?.policies,
    };
  }

  #layers(view: ViewConfig, routes: RouteTable, enforcement: Enforcement) {
    const { withShadow } = enforcement;
    const zones = view.policies.flatMap((index) => this.#zones[index] ?? []);
    const policies = new PolicyChain(
      zones.flatMap(({ policy, shadow }) => (withShadow ? shadow : policy) ?? []),
      {
        nat64: this.#config.nat64.map(({ value }) => value.words.subarray(0, 3)),
        unreadable: this.#unreadable,
        pauses: this.#parts.pauses,
      },
    );
    const parts = { ...this.#parts, view, routes, policies, enforcement };
    const layers = ORDER.map((layer, i) => {
      if ('forView' in layer) return layer.forView(parts);
      const common = this.#common[i]!;
      return withShadow ? withoutCounting(common) : common;
    });
    return { layers, policies };
  }

  #hasShadow({ acl, policies }: ViewConfig): boolean {
    const entries = Object.values(acl).flatMap((list) => list?.entries ?? []);
    const zones = policies.flatMap((index) => this.#zones[index] ?? []);
    return (
      entries.some(({ mode }) => mode === 'shadow') ||
      zones.some(({ policy, shadow }) => policy !== shadow)
    );
  }

  #routesAt(lines: ViewConfig['routes']): number {
    const known = this.#routes.findIndex((routes) => routes.lines === lines);
    if (known >= 0) return known;
    const table = new RouteTable();
    for (const line of lines) {
      table.add(line, this.#upstreams.get(line.value)!, this.#parts.verdicts, this.#problems);
    }
    return this.#routes.push({ lines, table }) - 1;
  }

  /** The identity of the server: in class CH, and by RESINFO. */
  #describe(hash: string, ede: Config['ede'], infoUrl: string | undefined): void {
    const codes = this.#parts.verdicts.verdicts.flatMap((verdict) => verdict.ede ?? []);
    const sent = ede === 'off' ? [] : [...codes, Ede.BLOCKED_UPSTREAM];
    this.#resolverInfo = resolverInfo(sent, infoUrl);
    const serials = this.#zones.filter(({ serial }) => serial !== undefined);
    this.#identity = [hash, ...serials.map(({ name, serial }) => `${name}=${serial}`)].join(' ');
  }
}

function compileCookies({ cookies }: Config): ServerCookies | undefined {
  if (cookies === undefined) return undefined;
  const { secret, previous } = cookies;
  const secrets = previous === undefined ? [] : [previous.octets];
  return new ServerCookies([secret.octets, ...secrets]);
}

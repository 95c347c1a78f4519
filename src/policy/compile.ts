/** From a configuration to what judges queries. */

import { createHash } from 'node:crypto';
import type { Config } from '../config/config.ts';
import { ConfigError, type Problem } from '../config/problem.ts';
import type { ViewConfig } from '../config/views.ts';
import { type Verdict, VerdictTable } from '../decision/verdict.ts';
import { ServerCookies } from '../wire/cookie.ts';
import type { Query } from '../wire/query.ts';
import { Ede } from '../wire/registry.ts';
import type { RecordData } from '../wire/response.ts';
import { ClientGroups } from './access/client-groups.ts';
import { TokenBuckets } from './access/token-buckets.ts';
import { type Layer, withoutCounting } from './layer.ts';
import { compileAcl } from './layers/acl.ts';
import { compileAny } from './layers/any.ts';
import { compileIdentity } from './layers/identity.ts';
import { compileNotify } from './layers/notify.ts';
import { compileOverload } from './layers/overload.ts';
import { compilePolicies } from './layers/policy.ts';
import { compileProtocol } from './layers/protocol.ts';
import { compileRateLimit, limitRefusals } from './layers/rate-limit.ts';
import { compileRecursion } from './layers/recursion.ts';
import { compileRoute } from './layers/route.ts';
import { compileSpecialUse } from './layers/special-use.ts';
import { compileTransfer } from './layers/transfer.ts';
import { compileUpdate } from './layers/update.ts';
import { compileUpstream, type UpstreamVerdicts } from './layers/upstream.ts';
import { type PolicyFiles, READ_FILES } from './policy-files.ts';
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

/** All that one configuration says about queries. Nothing in it changes. */
export interface Policy {
  /** Eight hexadecimal digits over its content: the identity shown in every record. */
  readonly hash: string;
  readonly config: Config;
  readonly verdicts: readonly Verdict[];
  /** The first is for clients that are in no other. */
  readonly views: readonly View[];
  /** The view of the query's client. */
  readonly viewOf: (query: Query) => View;
  readonly overload: Verdict;
  readonly groups: ClientGroups;
  readonly zones: readonly PolicyZone[];
  /** Those that come by transfer, by the names of their policies. */
  readonly transferred: ReadonlyMap<string, TransferredZone>;
  /** The DNS cookies that clients are given; undefined when none are. */
  readonly cookies: ServerCookies | undefined;
  /** When the next rule expires, in milliseconds since the epoch; Infinity when none does. */
  readonly expiresAt: number;
}

/** What surrounds a configuration. */
export interface CompileOptions {
  readonly files: PolicyFiles;
  /** Rules count that do so at this time, in milliseconds since the epoch. */
  readonly now: number;
  /** What clients have used up of the rate limit. */
  readonly buckets: TokenBuckets;
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
    ...given,
  };
  const { now } = options;
  const compiler = new Compiler(config, version, options);
  const views = config.views.map((view, index) => compiler.view(view, index));
  if (compiler.problems.length > 0) throw new ConfigError(compiler.problems);
  const { zones, verdicts } = compiler;
  const overload = compileOverload(verdicts);
  const viewTable = new ViewTable(config.views);
  return {
    hash: compiler.finish(),
    config,
    verdicts: verdicts.verdicts,
    views,
    viewOf: (query) => views[viewTable.find(query)]!,
    overload,
    groups: new ClientGroups(config.clientGroups),
    zones,
    transferred: compiler.transferred,
    cookies: compiler.cookies,
    expiresAt: Math.min(...expiriesOf(config).filter((expires) => expires > now)),
  };
}

/** What is the same for all views. */
type Shared = Readonly<Record<'protocol' | 'rateLimit' | 'identity' | 'any', Layer>>;

class Compiler {
  readonly verdicts: VerdictTable = new VerdictTable();
  readonly problems: Problem[] = [];
  readonly zones: readonly PolicyZone[];
  readonly transferred: ReadonlyMap<string, TransferredZone>;
  readonly cookies: ServerCookies | undefined;
  /** The policy hash and the serials of its zones. */
  #identity = '';
  /** What RESINFO tells. */
  #resolverInfo: readonly RecordData[] = [];
  readonly #config: Config;
  readonly #now: number;
  readonly #shared: Shared;
  readonly #primaries: Primaries;
  readonly #limitRefusals: (layers: readonly Layer[]) => readonly Layer[];
  readonly #upstreams: ReadonlyMap<string, UpstreamVerdicts>;
  /** One table for each list of routes; its position is the views' `cache`. */
  readonly #routes: { readonly lines: ViewConfig['routes']; readonly table: RouteTable }[] = [];
  readonly #hash = createHash('sha256');

  constructor(config: Config, version: string, { files, now, buckets }: CompileOptions) {
    const { verdicts, problems } = this;
    this.#config = config;
    this.#now = now;
    const { clientGroups, views, rateLimit, upstreams, policies, ede } = config;
    const expired = expiriesOf(config).filter((expires) => expires <= now).length;
    const content = { clientGroups, views, rateLimit, upstreams, policies, ede, expired };
    this.#hash.update(
      JSON.stringify(content, (key, value) => (key === 'place' ? undefined : value)),
    );
    const digest = (text: string) => this.#hash.update(text);
    const keys = readTsigKeys(config, problems);
    const transferred = readTransferredZones(config, keys, problems);
    this.transferred = transferred;
    this.#primaries = new Primaries(config, transferred, [...keys.values()], verdicts);
    const options = {
      config,
      files,
      transferred,
      now,
      verdicts,
      problems,
      digest,
      expired: new ExpiredRules(),
    };
    this.zones = compilePolicyZones(options);
    this.#upstreams = new Map(
      upstreams.map((group) => [group.key, compileUpstream(group, verdicts)]),
    );
    const policy = () => this.#identity;
    this.cookies = compileCookies(config);
    const limit = { limit: rateLimit, buckets, cookies: this.cookies };
    this.#limitRefusals = limitRefusals(limit, verdicts);
    this.#shared = {
      protocol: compileProtocol(config.cookies !== undefined, verdicts),
      rateLimit: compileRateLimit(limit, verdicts),
      identity: compileIdentity({ node: config.node, version, policy }, verdicts),
      any: compileAny(verdicts),
    };
  }

  view(config: ViewConfig, index: number): View {
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

  /** THE ORDER: what a query meets before it is forwarded. */
  #layers({ acl, policies }: ViewConfig, routes: RouteTable, enforcement: Enforcement) {
    const { verdicts } = this;
    const { protocol, identity, any } = this.#shared;
    const rateLimit = enforcement.withShadow
      ? withoutCounting(this.#shared.rateLimit)
      : this.#shared.rateLimit;
    const zones = policies.flatMap((index) => this.zones[index] ?? []);
    const chain = new PolicyChain(
      zones.flatMap(({ policy, shadow }) => (enforcement.withShadow ? shadow : policy) ?? []),
    );
    const layers: readonly Layer[] = [
      protocol,
      compileAcl(acl.query, this.#primaries, enforcement, verdicts),
      compileTransfer(acl.transfer, enforcement, verdicts),
      compileUpdate(acl.update, enforcement, verdicts),
      compileNotify(acl.notify, this.#primaries, enforcement, verdicts),
      rateLimit,
      compileRecursion(acl.recursion, enforcement, verdicts),
      identity,
      compileSpecialUse(routes, () => this.#resolverInfo, verdicts),
      compilePolicies(chain),
      any,
      compileRoute(routes, verdicts),
    ];
    return { layers, policies: chain };
  }

  #hasShadow({ acl, policies }: ViewConfig): boolean {
    const entries = Object.values(acl).flatMap((list) => list?.entries ?? []);
    const zones = policies.flatMap((index) => this.zones[index] ?? []);
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
      table.add(line, this.#upstreams.get(line.value)!, this.verdicts, this.problems);
    }
    return this.#routes.push({ lines, table }) - 1;
  }

  finish(): string {
    const hash = this.#hash.digest('hex').slice(0, 8);
    const { ede, infoUrl } = this.#config;
    const codes = this.verdicts.verdicts.flatMap((verdict) => verdict.ede ?? []);
    const told = ede === 'off' ? [] : [...codes, Ede.BLOCKED_UPSTREAM];
    this.#resolverInfo = resolverInfo(told, infoUrl);
    const serials = this.zones.filter(({ serial }) => serial !== undefined);
    this.#identity = [hash, ...serials.map(({ name, serial }) => `${name}=${serial}`)].join(' ');
    return hash;
  }
}

function compileCookies({ cookies }: Config): ServerCookies | undefined {
  if (cookies === undefined) return undefined;
  const { secret, previous } = cookies;
  return new ServerCookies(previous === undefined ? [secret] : [secret, previous]);
}

/** From a configuration to what judges queries. The order of the layers is written here. */

import { createHash } from 'node:crypto';
import { type Config, resolvePath } from '../config/config.ts';
import { ConfigError, type Place, type Problem } from '../config/problem.ts';
import { type Verdict, VerdictTable } from '../decision/verdict.ts';
import { ClientGroups } from './client-groups.ts';
import { compileInlineRules } from './inline-rules.ts';
import type { Layer } from './layer.ts';
import { compileAcl } from './layers/acl.ts';
import { compileAny } from './layers/any.ts';
import { compileIdentity } from './layers/identity.ts';
import { compileNotify } from './layers/notify.ts';
import { compileOverload } from './layers/overload.ts';
import { compilePolicies } from './layers/policy.ts';
import { compileProtocol } from './layers/protocol.ts';
import { compileRecursion } from './layers/recursion.ts';
import { compileRoute } from './layers/route.ts';
import { compileSpecialUse } from './layers/special-use.ts';
import { compileTransfer } from './layers/transfer.ts';
import { compileUpdate } from './layers/update.ts';
import { compileUpstream } from './layers/upstream.ts';
import type { NamePolicy } from './name-policy.ts';
import { RouteTable } from './route-table.ts';
import { attachRpz, type Override, type RpzImage, readRpz } from './rpz/rpz-zone.ts';
import { readTextFile } from './text-file.ts';

/** All that one configuration says about queries. Nothing in it changes. */
export interface Policy {
  /** Eight hexadecimal digits over its content: the identity shown in every record. */
  readonly hash: string;
  readonly config: Config;
  readonly verdicts: readonly Verdict[];
  /** What a query meets before it is forwarded, in this order. */
  readonly layers: readonly Layer[];
  readonly routes: RouteTable;
  readonly overload: Verdict;
  readonly groups: ClientGroups;
  readonly zones: readonly PolicyZone[];
}

/** Reads and compiles a policy zone file. */
export function loadZone(file: string, override: Override): RpzImage {
  return readRpz(readTextFile(file), override, { file, readText: readTextFile });
}

/** One policy, for people and metrics. */
export interface PolicyZone {
  readonly name: string;
  readonly file: string;
  readonly place: Place;
  readonly rules: number;
  readonly serial: number | undefined;
  readonly ignored: ReadonlyMap<string, number>;
  readonly loadedAt: number;
  readonly policy: NamePolicy;
}

/** Gives the rules of a policy zone file; throws when it cannot be read. */
export type ZoneLoader = (file: string, override: Override) => RpzImage;

/** Compiles a configuration with its policy files. Throws a ConfigError. */
export function compilePolicy(
  config: Config,
  version: string,
  load: ZoneLoader = loadZone,
): Policy {
  const compiler = new Compiler(config, load);
  const { verdicts, problems } = compiler;
  const zones = config.policies.map(({ value, place }) => compiler.policyZone(value, place));
  const routes = compiler.routes();
  const { acl } = config;
  const layers: readonly Layer[] = [
    compileProtocol(verdicts),
    compileAcl(acl.query, verdicts),
    compileTransfer(acl.transfer, verdicts),
    compileUpdate(acl.update, verdicts),
    compileNotify(acl.notify, verdicts),
    compileRecursion(acl.recursion, verdicts),
    compileIdentity({ node: config.node, version, policy: () => compiler.identity }, verdicts),
    compileSpecialUse(routes, verdicts),
    compilePolicies(zones.map(({ policy }) => policy)),
    compileAny(verdicts),
    compileRoute(routes, verdicts),
  ];
  if (problems.length > 0) throw new ConfigError(problems);
  const overload = compileOverload(verdicts);
  const groups = new ClientGroups(config.clientGroups);
  const hash = compiler.finish(zones);
  return { hash, config, verdicts: verdicts.verdicts, layers, routes, overload, groups, zones };
}

type PolicyConfig = Config['policies'][number]['value'];

class Compiler {
  readonly verdicts: VerdictTable = new VerdictTable();
  readonly problems: Problem[] = [];
  /** The policy hash and the serials of its zones. */
  identity = '';
  readonly #config: Config;
  readonly #load: ZoneLoader;
  readonly #hash = createHash('sha256');

  constructor(config: Config, load: ZoneLoader) {
    this.#config = config;
    this.#load = load;
    const { clientGroups, acl, upstreams, routes, policies, ede } = config;
    const content = { clientGroups, acl, upstreams, routes, policies, ede };
    this.#hash.update(
      JSON.stringify(content, (key, value) => (key === 'place' ? undefined : value)),
    );
  }

  routes(): RouteTable {
    const table = new RouteTable();
    const upstreams = new Map(
      this.#config.upstreams.map((group) => [group.key, compileUpstream(group, this.verdicts)]),
    );
    for (const route of this.#config.routes) {
      table.add(route, upstreams.get(route.value)!, this.verdicts, this.problems);
    }
    return table;
  }

  policyZone(config: PolicyConfig, place: Place): PolicyZone {
    const name = config.name.value;
    const zone = { name, place, loadedAt: Date.now() };
    this.#checkPolicy(config, place);
    if (config.rpz !== undefined) return { ...zone, ...this.#rpz(config, config.rpz) };
    const policy = compileInlineRules(name, config.rules ?? [], this.verdicts, this.problems);
    const rules = policy.rules.count;
    return { ...zone, policy, rules, file: place.file, serial: undefined, ignored: new Map() };
  }

  /** What is wrong between keys that are right each by itself. */
  #checkPolicy({ name: { value, place: at }, rules, rpz, override }: PolicyConfig, place: Place) {
    const first = this.#config.policies.find((other) => other.value.name.value === value)!;
    if (first.place !== place) {
      const message = `a policy named ${value} is at line ${first.place.line} already; expect another name`;
      this.problems.push({ ...at, message });
    }
    if ((rules === undefined) === (rpz === undefined)) {
      this.problems.push({ ...place, message: `policy ${value}: expect either rules or rpz` });
    } else if (rpz === undefined && override !== 'given') {
      this.problems.push({ ...place, message: `policy ${value}: expect override with rpz only` });
    }
  }

  #rpz(config: PolicyConfig, path: NonNullable<PolicyConfig['rpz']>) {
    const name = config.name.value;
    const file = resolvePath(this.#config, path.value);
    const image = this.#loadZone(file, config.override, path.place);
    this.#hash.update(image.digest);
    this.problems.push(...image.problems);
    const policy = attachRpz(name, image, this.verdicts);
    const { serial, ignored } = image;
    return { policy, file, serial, ignored, rules: policy.rules.count };
  }

  #loadZone(file: string, override: Override, place: Place): RpzImage {
    try {
      return this.#load(file, override);
    } catch (error) {
      const message = `${file} cannot be read: ${(error as Error).message}; expect a zone file`;
      this.problems.push({ ...place, message });
      return readRpz(new Uint8Array(0), override, { file });
    }
  }

  finish(zones: readonly PolicyZone[]): string {
    const hash = this.#hash.digest('hex').slice(0, 8);
    const serials = zones.filter(({ serial }) => serial !== undefined);
    this.identity = [hash, ...serials.map(({ name, serial }) => `${name}=${serial}`)].join(' ');
    return hash;
  }
}

/** From what a reader made of another program's configuration to a policy: layers, as ours are. */

import { createHash } from 'node:crypto';
import { type Config, parseConfig } from '../config/config.ts';
import type { Endpoint } from '../net/address.ts';
import { ClientGroups } from '../policy/access/client-groups.ts';
import type { Policy } from '../policy/compile.ts';
import type { Cuts } from '../policy/cuts.ts';
import type { Layer } from '../policy/layer.ts';
import { compileOverload } from '../policy/layers/overload.ts';
import { compileLocalRecords } from '../policy/local/local-records.ts';
import { READ_FILES } from '../policy/policy-files.ts';
import type { PolicyZone } from '../policy/policy-zones.ts';
import { RouteTable } from '../policy/route-table.ts';
import { PolicyChain } from '../policy/rules/policy-chain.ts';
import type { Query } from '../wire/query.ts';
import type { Left } from './left.ts';
import type { Verdicts } from './verdicts.ts';
import type { Ways } from './ways.ts';

/** What a reader makes of the files of one server. */
export interface ForeignServer {
  /** The name of the program, as its people write it. */
  readonly program: string;
  /** Where it listens; addresses of this host, each by itself. */
  readonly listen: readonly Endpoint[];
  /** The last layer of each view decides what no layer before it has decided. */
  readonly views: readonly {
    readonly name: string;
    readonly layers: readonly Layer[];
    readonly ways: Ways;
  }[];
  /** The position of the view that the query falls into. */
  readonly viewOf: (query: Query) => number;
  readonly verdicts: Verdicts;
  readonly cuts: Cuts;
  /** Its response policy zones, of all views. */
  readonly zones?: readonly PolicyZone[];
  readonly left: readonly Left[];
  /** All texts that it was read from: its identity. */
  readonly texts: readonly string[];
}

/** A policy, and what of the configuration it leaves out. */
export interface ForeignPolicy {
  readonly policy: Policy;
  readonly program: string;
  readonly left: readonly Left[];
  /** By the positions of the views. */
  readonly ways: readonly Ways[];
}

/** Hexadecimal digits of the identity. */
const HASH_LENGTH = 8;

/** Nobody serves by it: the upstream is there because a configuration of ours has one. */
const FRAME = 'upstreams: { default: { servers: [127.0.0.1] } }\n';

export function toPolicy(file: string, server: ForeignServer): ForeignPolicy {
  const { verdicts, program, left, cuts } = server;
  const config = frameOf(file, server.listen);
  const hash = createHash('sha256').update(JSON.stringify(server.texts)).digest('hex');
  const views = server.views.map(({ name, layers }, index) => ({
    ...{ name, index, layers, cache: 0 },
    routes: new RouteTable(),
    policies: new PolicyChain([]),
    shadow: undefined,
    shadowPolicies: undefined,
  }));
  const policy: Policy = {
    hash: hash.slice(0, HASH_LENGTH),
    config,
    replies: config,
    overload: compileOverload(verdicts.table),
    verdicts: verdicts.table.verdicts,
    views,
    viewOf: (query) => views[server.viewOf(query)]!,
    groups: new ClientGroups([]),
    zones: server.zones ?? [],
    localRecords: compileLocalRecords({ config, files: READ_FILES, problems: [] }),
    transferred: new Map(),
    cookies: undefined,
    expiresAt: Number.POSITIVE_INFINITY,
    cuts,
  };
  return { policy, program, left, ways: server.views.map(({ ways }) => ways) };
}

function frameOf(file: string, listen: readonly Endpoint[]): Config {
  const config = parseConfig(file, FRAME);
  const place = config.start;
  const [first] = config.listen;
  return {
    ...config,
    listen: listen.map(({ address, port }) => ({
      place,
      value: { ...first!.value, address, port },
    })),
  };
}

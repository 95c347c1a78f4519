/** What layers are compiled from. */

import type { Config } from '../config/config.ts';
import type { ViewConfig } from '../config/views.ts';
import type { Pauses } from '../decision/pauses.ts';
import type { VerdictTable } from '../decision/verdict.ts';
import type { ServerCookies } from '../wire/cookie.ts';
import type { RecordData } from '../wire/response.ts';
import type { TokenBuckets } from './access/token-buckets.ts';
import type { LocalRecords } from './local/local-records.ts';
import type { PolicyFiles } from './policy-files.ts';
import type { Primaries } from './primaries.ts';
import type { RouteTable } from './route-table.ts';
import type { Enforcement } from './rules/in-force.ts';
import type { PolicyChain } from './rules/policy-chain.ts';

/** The same for all views. */
export interface PolicyParts {
  /** Reading a section of it puts the section into the policy hash (`policy-hash.ts`). */
  readonly config: Config;
  /** Reading a file of them puts its rules into the policy hash. */
  readonly files: PolicyFiles;
  readonly version: string;
  /** All verdicts of the configuration. */
  readonly verdicts: VerdictTable;
  /** What clients have used up of their limits: it outlives the configuration. */
  readonly buckets: TokenBuckets;
  /** Who is not judged by policies for a while. */
  readonly pauses: Pauses;
  readonly cookies: ServerCookies | undefined;
  readonly primaries: Primaries;
  readonly localRecords: LocalRecords;
  /** The policy hash and the serials of its zones: known when all is compiled. */
  readonly identity: () => string;
  /** The records of RESINFO: known when all is compiled. */
  readonly resolverInfo: () => readonly RecordData[];
}

/** Of one view, once for its rules in force and once more when it has rules in shadow mode. */
export interface ViewParts extends PolicyParts {
  /** A part of `config.views`. */
  readonly view: ViewConfig;
  readonly routes: RouteTable;
  readonly policies: PolicyChain;
  /** Which rules count. */
  readonly enforcement: Enforcement;
}

/**
 * What `/api/v1` answers, for the server that writes it and for the console and the commands that
 * read it. Times are in UTC, ISO 8601, unless a name says otherwise.
 */

import type { Permission } from '../../config/admin-keys.ts';
import type { Fleet } from '../../diagnose/fleet.ts';
import type { Change } from '../../diff/changes.ts';
import type { ExplainedDecision } from '../../explain/explain.ts';
import type { LiveDecision } from '../../explain/live.ts';
import type { Replayed } from '../../explain/replay.ts';
import type { ReloadResult } from '../../load/reloads.ts';
import type { Summary } from '../../logs/report-summary.ts';
import type { DecisionRecord, FilterOption } from '../../observe/decision-filter.ts';
import type { ListReport } from '../../transfer/list-report.ts';
import type { FeedReport } from '../../transfer/zone-transfer-report.ts';

/** With every status from 400 on. */
export interface Failure {
  readonly error: string;
}

/** `GET`, `POST` and `DELETE session`. */
export interface Session {
  /** Whether a token is to be given first. */
  readonly login: boolean;
  readonly name?: string;
  readonly may?: Permission;
}

/** Names of clients by their addresses: of others, so text and nothing else. */
export type Names = Readonly<Record<string, string>>;

/** `GET client-names`, for the `addresses` that are given with commas between them. */
export interface ClientNamesAnswer {
  readonly names: Names;
}

/** What selects decisions: the parameters of `decisions`, `decisions/stream` and `report`. */
export type DecisionQuery = Readonly<Partial<Record<FilterOption, string>>>;

/**
 * Where decisions were looked for: in the `log` of this server; in its `memory`, since the log goes
 * to stdout, and older ones are not here; or in `clickhouse`, where those of all servers are.
 */
export type Source = 'log' | 'memory' | 'clickhouse';

/** `GET decisions`, the latest first. */
export interface DecisionsPage {
  readonly decisions: readonly DecisionRecord[];
  /** The parameter `cursor` of the next page; absent when everything has been searched. */
  readonly next?: string;
  /**
   * Octets that were searched and that there are, of `clickhouse` milliseconds: a page may end early
   * and be empty.
   */
  readonly searched: number;
  readonly total: number;
  readonly source: Source;
  /** Of the clients that have a name. */
  readonly names: Names;
}

/** `GET decisions/REF`. */
export interface OneDecision {
  readonly decision: DecisionRecord;
  readonly names: Names;
}

/** Event `missed` of `decisions/stream`: what came between two events is to be looked up. */
export interface Missed {
  /** `overrun`: more were made than are kept or sent; `restart`: the server was started again. */
  readonly why: 'overrun' | 'restart';
  /** How many; absent when nobody knows. */
  readonly count?: number;
  /** When the last event before was sent; absent when nobody knows. */
  readonly since?: string;
}

/** `GET report`: decisions counted, as by `rcode5 report --json`. */
export interface Report extends Summary {
  /** There are older decisions that were not counted. */
  readonly isCut: boolean;
  readonly source: Source;
  /** Of the clients in its tables that have a name. */
  readonly names: Names;
}

/** Counts by the values of one label, those that are not 0. */
export type Counts = Readonly<Record<string, number>>;

/** What happened in one span of time. */
export interface Span {
  /** Its end, in seconds since the epoch. */
  readonly at: number;
  readonly seconds: number;
  readonly queries: number;
  readonly refused: number;
  /** Queries that a policy decided, by `policy action`. */
  readonly policies: Counts;
  readonly layers: Counts;
  readonly groups: Counts;
  readonly rules: Counts;
  /** Refusals of upstreams. */
  readonly upstreams: Counts;
  /** What rules in shadow mode would have done, by `policy action`. */
  readonly shadow: Counts;
  readonly cacheHits: number;
  readonly cacheMisses: number;
  readonly lost: number;
}

/** `GET overview`. */
export interface Overview {
  readonly node: string;
  readonly version: string;
  readonly policy: string;
  readonly startedAt: string;
  readonly ready: boolean;
  readonly warnings: readonly string[];
  /** The oldest first; the last one is still going on. */
  readonly spans: readonly Span[];
  /** Since the start of the server. */
  readonly totals: Omit<Span, 'at' | 'seconds'>;
  /** Since the policy in force was taken over: what it refuses, and what no rule refused before. */
  readonly sincePolicy: {
    readonly at: string;
    readonly rules: Counts;
    readonly newRules: readonly string[];
  };
  readonly upstreams: readonly UpstreamGroupState[];
  readonly cache: { readonly entries: number; readonly evictions: number };
  readonly log: {
    readonly records: number;
    readonly bytes: number;
    readonly errors: number;
    /** Records that could not be written, while writing does not work, and why. */
    readonly lost: number;
    readonly failure?: string;
  };
  readonly inFlight: number;
  readonly lastReload?: ReloadResult;
  readonly pauses: readonly Pause[];
}

export interface UpstreamState {
  readonly address: string;
  readonly transport: string;
  readonly up: boolean;
  readonly loop: boolean;
  readonly rttMs: number;
  readonly responses: Counts;
  /** Refusals by `verdict scope`. */
  readonly refusals: Counts;
}

export interface UpstreamGroupState {
  readonly name: string;
  readonly strategy: string;
  readonly servers: readonly UpstreamState[];
}

/** `GET upstreams`. */
export interface Upstreams {
  readonly groups: readonly UpstreamGroupState[];
  /** The latest refusals of upstreams: who, since when, with what evidence. */
  readonly refusals: readonly DecisionRecord[];
}

/** `GET fleet`: the servers of `fleet`, asked over DNS. */
export interface FleetAnswer extends Fleet {
  /** Hosts that cannot be found, and why. */
  readonly problems: readonly string[];
}

/** `GET explain`; with `live=1` the upstreams are asked too. */
export type Explained = ExplainedDecision | LiveDecision;

/** A rule as it was written. */
export interface RuleAsLoaded {
  /** As records name it. */
  readonly id: string;
  readonly file: string;
  readonly line: number;
  readonly layer: string;
  readonly action: string;
  readonly mode: 'enforce' | 'shadow';
  readonly owner?: string;
  readonly reason?: string;
  /** The last day on which it counts. */
  readonly expires?: string;
  readonly hasExpired: boolean;
}

/** A policy: a list, a zone or rules of the configuration. */
export interface PolicyAsLoaded {
  readonly name: string;
  readonly file: string;
  readonly rules: number;
  readonly serial?: number;
  readonly loadedAt: string;
  readonly ignored: Counts;
  readonly transfer?: FeedReport;
  readonly fetch?: ListReport;
}

/** `GET policy`. */
export interface PolicyAnswer {
  readonly version: string;
  readonly node: string;
  readonly policy: string;
  readonly file: string;
  readonly listeners: readonly string[];
  readonly layers: readonly string[];
  readonly views: readonly string[];
  readonly groups: readonly { readonly name: string; readonly prefixes: readonly string[] }[];
  readonly rules: readonly RuleAsLoaded[];
  readonly policies: readonly PolicyAsLoaded[];
  readonly assertions: readonly { readonly file: string; readonly count: number }[];
  readonly warnings: readonly string[];
  readonly lastReload?: ReloadResult;
  readonly overrides: readonly Pause[];
}

/** `POST candidate`, with a configuration as its body. */
export interface CandidateAnswer {
  readonly ok: boolean;
  /** Why it cannot be taken over: `file:line:column: what is wrong; expect …`. */
  readonly problems: readonly string[];
  /** Absent when it cannot be read. */
  readonly difference?: {
    /** Of the policy that serves, and of the candidate. */
    readonly hashes: readonly string[];
    readonly changed: boolean;
    readonly changes: readonly Change[];
    readonly settings: readonly string[];
    /** As `rcode5 diff` prints it. */
    readonly text: string;
  };
  /** The latest decisions, made again by both. */
  readonly replay?: {
    readonly queries: number;
    readonly queriesChanged: number;
    readonly changes: readonly Replayed[];
  };
}

/** `POST reload`. */
export type ReloadAnswer = ReloadResult;

/** `GET pauses`, and after one was ended those that are left. */
export interface PausesAnswer {
  readonly pauses: readonly Pause[];
}

/** `POST flush`: the name as it was understood. */
export interface Flushed {
  readonly name: string;
}

/** A client, or everybody, whom a policy does not judge for a while. */
export interface Pause {
  readonly id: string;
  /** An address or a prefix; absent for everybody. */
  readonly client?: string;
  /** Absent for all policies. */
  readonly policy?: string;
  readonly until: string;
  readonly by: string;
}

/** What a policy zone is compiled from, and to. */

import type { OwnedRecord } from '../../decision/verdict.ts';
import type { Ignored } from '../rules/ignored.ts';
import type { PolicyAction } from '../rules/policy-verdicts.ts';
import type { PrefixRule } from '../rules/prefix-rules.ts';
import type { RuleImage } from '../rules/rule-table.ts';
import type { ZoneProblem } from '../zone-text/zone-problems.ts';
import type { ZoneReader } from '../zone-text/zone-text.ts';

/** The action in place of those in the zone; `given` keeps them. */
export type Override = 'given' | Exclude<PolicyAction, 'allow' | 'answer'>;

/** Records of a zone, one at a time: of its text, or as they were transferred. */
export type ZoneRecords = Pick<
  ZoneReader,
  | 'next'
  | 'owner'
  | 'ownerLength'
  | 'type'
  | 'rrClass'
  | 'ttl'
  | 'isTtlStated'
  | 'target'
  | 'targetLength'
  | 'isTargetRelative'
  | 'rdata'
  | 'files'
  | 'file'
  | 'line'
>;

/** About how many rules there will be, and how many octets their names have in all. */
export interface ExpectedSize {
  readonly rules: number;
  readonly octets: number;
}

/** The rules of records in memory that threads share, and the warnings about them. */
export interface CompiledRecords {
  readonly rules: RuleImage;
  /** Rules on addresses of clients and of answers. */
  readonly clientRules: readonly PrefixRule[];
  readonly addressRules: readonly PrefixRule[];
  /** Of the zone's SOA; 0 when it has none. */
  readonly serial: number;
  /** What stands in additional sections: the zone's name and SOA. */
  readonly soa: OwnedRecord | undefined;
  /** Entries whose alias was written without a dot at its end, in a zone that has no name. */
  readonly relative: ReadonlySet<number>;
  /** Rules that a forwarder cannot honour, and those that are none, by kind. */
  readonly ignored: ReadonlyMap<string, Ignored>;
  /** What is in force and can hardly be meant, by kind. */
  readonly doubts: ReadonlyMap<string, Ignored>;
}

/** A whole zone. */
export interface RpzImage extends CompiledRecords {
  /** The files that its rules stand in: its own, then those that it includes. */
  readonly files: readonly string[];
  /** SHA-256 of its text, in hexadecimal digits. */
  readonly digest: string;
  readonly problems: readonly ZoneProblem[];
}

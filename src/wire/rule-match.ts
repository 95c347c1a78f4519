/** What of a query a rule is about, in numbers. */

import type { HashedName } from './hashed-name.ts';

/** What a rule is matched against (draft-vixie-dnsop-dns-rpz-00 section 4). */
export const TRIGGERS = ['qname', 'client-ip', 'response-ip'] as const;
export type Trigger = (typeof TRIGGERS)[number];

/** Addresses that share their first `length` bits. */
export interface AddressBlock {
  readonly family: 4 | 6;
  readonly words: Uint32Array;
  readonly length: number;
}

/** The rule that a query matched, in numbers: what it is called is a part of what matched. */
export interface RuleMatch {
  trigger: Trigger;
  /** The name that was looked up: the one asked, or one that it is an alias of. */
  name: HashedName;
  /** The label of that name at which the rule's name begins. */
  depth: number;
  /** The rule is for all names below that name, not for the name itself. */
  wildcard: boolean;
  /** For a rule on addresses: those that it is for, and the one that matched. */
  prefix: AddressBlock | undefined;
  readonly address: Uint32Array;
  /** Line of the rule in its file. */
  line: number;
  /** Number of the rule in its policy. */
  entry: number;
}

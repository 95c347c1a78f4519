/** What the configuration can decide about a query: numbered, frozen, made once at compile time. */

import { formatEde } from '../wire/opt.ts';
import type { Query } from '../wire/query.ts';
import { Rcode } from '../wire/registry.ts';
import type { RecordData } from '../wire/response.ts';
import type { LayerName } from './layers.ts';

/**
 * What becomes of the query. `reject` is an error that is nobody's policy (FORMERR, NOTIMP,
 * BADVERS, NOTAUTH), `accept` a NOTIFY that is taken note of or a question who answers, `fail` a
 * SERVFAIL of ours, `forward` an upstream's answer.
 */
export const ACTIONS = [
  'refuse',
  'nxdomain',
  'nodata',
  'answer',
  'drop',
  'truncate',
  'reject',
  'accept',
  'fail',
  'forward',
] as const;
export type Action = (typeof ACTIONS)[number];

/** Where a decision was written down. */
export interface Rule {
  /** As the operator would write it: `acl.query 10.0.0.0/8`, `house/*.gambling.example`. */
  readonly id: string;
  /** The file as the configuration names it; `<built-in>` when nobody wrote the rule. */
  readonly file: string;
  readonly line: number;
  /** Nobody wrote this rule: it is what happens without one. */
  readonly implicit: boolean;
  readonly owner?: string;
  readonly reason?: string;
  /** The last day on which it counts. */
  readonly expires?: string;
}

/** The file of what nobody wrote. */
export const BUILT_IN = '<built-in>';

/** A rule that the program brings along. */
export function builtIn(id: string, implicit = false): Rule {
  return { id, file: BUILT_IN, line: 0, implicit };
}

/** A record with a name of its own, in lower-case wire format. */
export interface OwnedRecord {
  readonly owner: Uint8Array;
  readonly record: RecordData;
}

/**
 * What a policy zone, or the local records, say of a name of theirs that an alias leads to. An SOA
 * among the records of another type stands for that there is none of the type.
 */
export interface InsideAnswer {
  readonly rcode: number;
  readonly records: readonly OwnedRecord[];
  /** The name outside of them that its aliases lead to. */
  readonly next: Uint8Array | undefined;
}

export interface VerdictSpec {
  readonly layer: LayerName;
  readonly action: Action;
  readonly rule: Rule;
  /** Default: that of the action. */
  readonly rcode?: number;
  /** INFO-CODE of the Extended DNS Error that goes with it (RFC 8914). */
  readonly ede?: number;
  /** Sub-error for clients that ask for structured errors (draft-ietf-dnsop-structured-dns-error). */
  readonly subError?: number;
  /** The RA bit of the response: whether this server would recurse for this client. */
  readonly recursionAvailable?: boolean;
  /** The AA bit of the response. */
  readonly authoritative?: boolean;
  /** Whether the client may read the rule in the EDE text. */
  readonly explained?: boolean;
  /** Records of the answer, whatever name was asked. Those of another type are left out. */
  readonly records?: readonly RecordData[];
  /** SOA of a negative answer, owned by the suffix that the query matched (RFC 2308). */
  readonly soa?: RecordData;
  /** What goes with its records, if there is room. */
  readonly additional?: readonly OwnedRecord[];
  /** SOA of the policy zone that decided (RPZ draft, section 6). */
  readonly zoneSoa?: OwnedRecord;
  /** The rules of this verdict are distinguished by what matched: see `Query.match`. */
  readonly named?: boolean;
  /** The records of a matched rule, by `Query.match.entry`. */
  readonly recordsOf?: (entry: number) => readonly RecordData[];
  /** Answers for names inside of the policy zone or the local records; undefined for names outside. */
  readonly inside?: {
    find(target: Uint8Array, entry: number, qtype: number): InsideAnswer | undefined;
  };
  /** SOA serial of the policy zone that its rules are from. */
  readonly serial?: number;
  /** Name of the policy that it belongs to, for counting hits. */
  readonly policy?: string;
  /** Its rule is in shadow mode: it is recorded, and not enforced. */
  readonly isShadow?: boolean;
  /** Name of the policy whose primary has sent a NOTIFY. */
  readonly notified?: string;
  /** Puts the signature behind a reply that its request asks for (RFC 8945 section 5.3). */
  readonly sign?: (reply: Uint8Array, query: Query) => Uint8Array;
  /** A line for the operator who asks why this client; only for records. */
  readonly hint?: (query: Query) => string | undefined;
}

export interface Verdict extends VerdictSpec {
  readonly index: number;
  readonly rcode: number;
  readonly recursionAvailable: boolean;
  readonly authoritative: boolean;
  readonly explained: boolean;
  readonly named: boolean;
  /** The octets of its EDE option without text; empty when it has none. */
  readonly edeOption: Uint8Array;
}

const RCODES: Readonly<Record<Action, number>> = {
  refuse: Rcode.REFUSED,
  nxdomain: Rcode.NXDOMAIN,
  nodata: Rcode.NOERROR,
  answer: Rcode.NOERROR,
  drop: Rcode.NOERROR,
  truncate: Rcode.NOERROR,
  reject: Rcode.FORMERR,
  accept: Rcode.NOERROR,
  fail: Rcode.SERVFAIL,
  forward: Rcode.NOERROR,
};

/** Every verdict has every key, so that reading one is as quick as reading another. */
const BLANK: Readonly<Record<keyof Verdict, unknown>> = {
  layer: undefined,
  action: undefined,
  rule: undefined,
  rcode: undefined,
  ede: undefined,
  subError: undefined,
  recursionAvailable: true,
  authoritative: false,
  explained: false,
  records: undefined,
  soa: undefined,
  additional: undefined,
  zoneSoa: undefined,
  named: false,
  recordsOf: undefined,
  inside: undefined,
  serial: undefined,
  policy: undefined,
  isShadow: undefined,
  notified: undefined,
  sign: undefined,
  hint: undefined,
  index: undefined,
  edeOption: undefined,
};

/** All that one configuration can decide. */
export class VerdictTable {
  readonly verdicts: Verdict[] = [];

  add(spec: VerdictSpec): Verdict {
    const verdict = Object.freeze({
      ...BLANK,
      rcode: RCODES[spec.action],
      ...spec,
      index: this.verdicts.length,
      edeOption: spec.ede === undefined ? new Uint8Array(0) : formatEde(spec.ede),
    }) as Verdict;
    this.verdicts.push(verdict);
    return verdict;
  }
}

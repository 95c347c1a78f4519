/** A response policy zone (draft-vixie-dnsop-dns-rpz-00): its text, compiled to rules. */

import { createHash, type Hash } from 'node:crypto';
import type { OwnedRecord, VerdictTable } from '../../decision/verdict.ts';
import { formatPrefix } from '../../net/prefix.ts';
import { formatClass, RrClass, RrType } from '../../wire/registry.ts';
import { type Ignored, IgnoredKinds } from '../rules/ignored.ts';
import { NamePolicy } from '../rules/name-policy.ts';
import {
  addPolicyVerdict,
  POLICY_ACTIONS,
  type PolicyAction,
  type PolicyTraits,
  rulesIn,
} from '../rules/policy-verdicts.ts';
import type { PrefixRule } from '../rules/prefix-rules.ts';
import { type RuleImage, RuleTable } from '../rules/rule-table.ts';
import { expectedLines } from '../text-file.ts';
import { ROOT } from '../zone-text/name-text.ts';
import type { ZoneProblem } from '../zone-text/zone-problems.ts';
import { type ZoneFile, ZoneReader } from '../zone-text/zone-text.ts';
import { readAddressOwner } from './address-trigger.ts';
import { cnameAction, otherTrigger } from './rpz-words.ts';

/** What to do in place of what the zone says; `given` leaves it as it is. */
export type Override = 'given' | Exclude<PolicyAction, 'allow' | 'answer'>;

/** A zone's rules in memory that threads share, and what is to say of it. */
export interface RpzImage {
  readonly rules: RuleImage;
  /** Rules on addresses of clients and of answers. */
  readonly clientRules: readonly PrefixRule[];
  readonly addressRules: readonly PrefixRule[];
  /** The files that its rules stand in: its own, then those that it includes. */
  readonly files: readonly string[];
  /** Of the zone's SOA; 0 when it has none. */
  readonly serial: number;
  /** What stands in additional sections: the zone's name and SOA. */
  readonly soa: OwnedRecord | undefined;
  /** Rules that a forwarder cannot honour, and those that are none, by kind. */
  readonly ignored: ReadonlyMap<string, Ignored>;
  /** SHA-256 of its text, in hexadecimal digits. */
  readonly digest: string;
  readonly problems: readonly ZoneProblem[];
}

/** What a signed zone has besides its rules (RFC 4034, RFC 5155). */
const SIGNING_TYPES: ReadonlySet<number> = new Set([
  RrType.RRSIG,
  RrType.NSEC,
  RrType.NSEC3,
  RrType.NSEC3PARAM,
  RrType.DNSKEY,
]);

const SERIAL_FROM_END = 20;

/** Compiles a zone's text; the code of a rule is the number of its file and its action. */
export function readRpz(octets: Uint8Array, override: Override, source?: ZoneFile): RpzImage {
  const hash = createHash('sha256').update(octets);
  const reader = new ZoneReader(octets, ROOT, source && hashing(source, hash));
  // A name mostly takes fewer octets in wire format than its line in the text.
  const size = { rules: expectedLines(octets), octets: octets.length };
  const compiled = compileRecords(reader, override, size);
  return {
    ...compiled,
    files: reader.files,
    digest: hash.digest('hex'),
    problems: reader.problems.told(reader.line),
  };
}

/** Records of a zone, one at a time: of its text, or as they were transferred. */
export type ZoneRecords = Pick<
  ZoneReader,
  | 'next'
  | 'owner'
  | 'ownerLength'
  | 'type'
  | 'rrClass'
  | 'ttl'
  | 'target'
  | 'targetLength'
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

/** Compiles records; the SOA that comes first says which zone they are of. */
export function compileRecords(
  records: ZoneRecords,
  override: Override,
  size?: ExpectedSize,
): Omit<RpzImage, 'files' | 'digest' | 'problems'> {
  const compiler = new RpzCompiler(override, size);
  while (records.next()) compiler.take(records);
  const { rules, clientRules, addressRules, soa, serial, ignored } = compiler;
  return { rules: rules.image, clientRules, addressRules, soa, serial, ignored: ignored.kinds };
}

function hashing({ file, readText }: ZoneFile, hash: Hash): ZoneFile {
  if (readText === undefined) return { file };
  const readHashed = (included: string) => {
    const octets = readText(included);
    hash.update(octets);
    return octets;
  };
  return { file, readText: readHashed };
}

/** What the configuration says of a zone. */
export interface RpzPolicy extends PolicyTraits {
  /** Whether signed answers are rewritten for clients that want signatures. */
  readonly breakDnssec: boolean;
  /** Only queries with RD=1 are judged. */
  readonly recursiveOnly: boolean;
}

/** Makes a policy of a zone. */
export function attachRpz(policy: RpzPolicy, image: RpzImage, verdicts: VerdictTable): NamePolicy {
  const { name, breakDnssec, recursiveOnly } = policy;
  const rules = new RuleTable(image.rules);
  const { serial, soa: zoneSoa } = image;
  const answers = image.files.flatMap((file) => {
    const of = { ...rulesIn(file, rules, policy), serial, zoneSoa };
    return POLICY_ACTIONS.map((action) => addPolicyVerdict(action, of, verdicts));
  });
  const { clientRules, addressRules } = image;
  return new NamePolicy({
    name,
    rules,
    answers,
    clientRules,
    addressRules,
    recursiveOnly,
    keepsSigned: !breakDnssec,
  });
}

function codeOf(action: PolicyAction, file: number): number {
  return file * POLICY_ACTIONS.length + POLICY_ACTIONS.indexOf(action);
}

class RpzCompiler {
  readonly rules: RuleTable = new RuleTable();
  readonly ignored: IgnoredKinds = new IgnoredKinds();
  readonly clientRules: PrefixRule[] = [];
  readonly addressRules: PrefixRule[] = [];
  serial = 0;
  soa: OwnedRecord | undefined;
  readonly #override: Override;
  /** Whose record is at hand. */
  #reader: ZoneRecords | undefined;
  /** The zone's name; rules are owned by names below it. */
  #apex: Uint8Array = Uint8Array.of(0);
  #hasSoa = false;
  readonly #owner: Uint8Array = new Uint8Array(255);
  readonly #addressEntries: Map<string, number> = new Map();

  constructor(override: Override, size: ExpectedSize | undefined) {
    this.#override = override;
    if (size !== undefined) this.rules.reserve(size.rules, size.octets);
  }

  take(reader: ZoneRecords): void {
    this.#reader = reader;
    if (reader.rrClass !== RrClass.IN) return this.#ignore(`class ${formatClass(reader.rrClass)}`);
    if (reader.type === RrType.SOA && !this.#hasSoa) return this.#takeSoa(reader);
    const length = this.#apexAt(reader);
    if (length < 0) return this.#ignore('out of zone');
    // The records of the zone itself, NS above all, are no rules; nor are signatures.
    if (length === 0 || SIGNING_TYPES.has(reader.type)) return;
    const other = otherTrigger(reader.owner, length);
    if (other !== undefined) return this.#takeAddressRule(reader, other, length);
    this.#takeRule(reader, this.#relativeOwner(reader, length));
  }

  /** Where the zone's name begins in the owner; -1 when the owner is outside of the zone. */
  #apexAt({ owner, ownerLength }: ZoneRecords): number {
    const apex = this.#apex;
    const at = ownerLength - apex.length;
    let label = 0;
    while (label < at) label += owner[label]! + 1;
    if (label !== at) return -1;
    for (let i = 0; i < apex.length; i++) if (owner[at + i] !== apex[i]) return -1;
    return at;
  }

  #takeSoa(reader: ZoneRecords): void {
    this.#apex = reader.owner.slice(0, reader.ownerLength);
    this.#hasSoa = true;
    const rdata = reader.rdata();
    if (rdata === undefined) return;
    this.soa = { owner: this.#apex, record: { type: RrType.SOA, ttl: reader.ttl, rdata } };
    const view = new DataView(rdata.buffer, rdata.byteOffset, rdata.length);
    this.serial = view.getUint32(rdata.length - SERIAL_FROM_END);
  }

  #ignore(kind: string): void {
    const { files, file, line } = this.#reader!;
    this.ignored.add(kind, { file: files[file]!, line });
  }

  /** The owner with the zone's name cut off, as a name of its own. */
  #relativeOwner(reader: ZoneRecords, length: number): Uint8Array {
    for (let i = 0; i < length; i++) this.#owner[i] = reader.owner[i]!;
    this.#owner[length] = 0;
    return this.#owner;
  }

  #takeRule(reader: ZoneRecords, owner: Uint8Array): void {
    const wildcard = owner[0] === 1 && owner[1] === 0x2a;
    const name = wildcard ? owner.subarray(2) : owner;
    const given = this.#read(reader, owner);
    if (given === undefined) return;
    const entry = this.rules.entry(name, wildcard);
    if (!this.rules.isSet(entry)) this.rules.set(entry, given.code, reader.line);
    else if (given.rdata === undefined) return this.#ignore('duplicate');
    this.#addRecord(entry, reader, given.rdata);
  }

  /** A rule on addresses: `owner` ends with the trigger's label. */
  #takeAddressRule(reader: ZoneRecords, trigger: string, length: number): void {
    const rules = { 'rpz-client-ip': this.clientRules, 'rpz-ip': this.addressRules }[trigger];
    if (rules === undefined) return this.#ignore(trigger);
    const prefix = readAddressOwner(reader.owner, length - trigger.length - 1);
    if (typeof prefix === 'string') return this.#ignore(`${trigger}: ${prefix}`);
    const given = this.#read(reader, this.#relativeOwner(reader, length));
    if (given === undefined) return;
    const same = this.#addressEntries.get(`${trigger} ${formatPrefix(prefix)}`);
    if (same !== undefined && given.rdata === undefined) return this.#ignore('duplicate');
    // Entries below zero are no names.
    const entry = same ?? -1 - this.#addressEntries.size;
    if (same === undefined) {
      this.#addressEntries.set(`${trigger} ${formatPrefix(prefix)}`, entry);
      rules.push({ prefix, code: given.code, line: reader.line, entry });
    }
    this.#addRecord(entry, reader, given.rdata);
  }

  /** What a record says is done, and the data to answer with; undefined for data that is none. */
  #read(reader: ZoneRecords, owner: Uint8Array): { code: number; rdata?: Uint8Array } | undefined {
    const action = reader.type === RrType.CNAME ? cnameAction(reader, owner) : 'answer';
    const wanted = this.#override === 'given' ? action : this.#override;
    const code = codeOf(wanted, reader.file);
    if (action !== 'answer') return { code };
    const rdata = reader.rdata();
    return rdata === undefined ? undefined : { code, rdata };
  }

  #addRecord(entry: number, { type, ttl }: ZoneRecords, rdata: Uint8Array | undefined): void {
    if (rdata !== undefined) this.rules.addRecord(entry, { type, ttl, rdata });
  }
}

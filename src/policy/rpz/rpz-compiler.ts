/** Records of a response policy zone (draft-vixie-dnsop-dns-rpz-00), compiled to rules. */

import type { OwnedRecord } from '../../decision/verdict.ts';
import { formatPrefix } from '../../net/prefix.ts';
import { formatClass, RrClass, RrType } from '../../wire/registry.ts';
import { type FileLine, IgnoredKinds } from '../rules/ignored.ts';
import { POLICY_ACTIONS, type PolicyAction } from '../rules/policy-verdicts.ts';
import type { PrefixRule } from '../rules/prefix-rules.ts';
import { RuleTable } from '../rules/rule-table.ts';
import { readAddressOwner } from './address-trigger.ts';
import type { CompiledRecords, ExpectedSize, Override, ZoneRecords } from './rpz-image.ts';
import { cnameAction, hasLaterAsterisk, isReserved, otherTrigger } from './rpz-words.ts';

/** What a signed zone has besides its rules (RFC 4034, RFC 5155). */
const SIGNING_TYPES: ReadonlySet<number> = new Set([
  RrType.RRSIG,
  RrType.NSEC,
  RrType.NSEC3,
  RrType.NSEC3PARAM,
  RrType.DNSKEY,
]);

const SERIAL_FROM_END = 20;

const ANOTHER_ACTION = 'another action for the same owner';

/** Compiles records; the SOA that comes first names their zone. */
export function compileRecords(
  records: ZoneRecords,
  override: Override,
  size?: ExpectedSize,
): CompiledRecords {
  const compiler = new RpzCompiler(override, size);
  while (records.next()) compiler.take(records);
  return compiler.finish();
}

/** The action of a record, and the data to answer with. */
interface Given {
  readonly code: number;
  readonly rdata?: Uint8Array;
}

class RpzCompiler {
  readonly #rules: RuleTable = new RuleTable();
  readonly #ignored: IgnoredKinds = new IgnoredKinds();
  readonly #doubts: IgnoredKinds = new IgnoredKinds();
  readonly #clientRules: PrefixRule[] = [];
  readonly #addressRules: PrefixRule[] = [];
  readonly #relative: Set<number> = new Set();
  #serial = 0;
  #soa: OwnedRecord | undefined;
  readonly #override: Override;
  /** Whose record is at hand. */
  #reader: ZoneRecords | undefined;
  /** The zone's name; rules are owned by names below it. */
  #apex: Uint8Array = Uint8Array.of(0);
  #hasSoa = false;
  /** Where the first record stands. */
  #first: FileLine | undefined;
  readonly #owner: Uint8Array = new Uint8Array(255);
  readonly #addressOwners: Map<string, PrefixRule> = new Map();

  constructor(override: Override, size: ExpectedSize | undefined) {
    this.#override = override;
    if (size !== undefined) this.#rules.reserve(size.rules, size.octets);
  }

  finish(): CompiledRecords {
    if (!this.#hasSoa && this.#first !== undefined) this.#doubts.add('no SOA', this.#first);
    this.#rules.readAsZone();
    return {
      rules: this.#rules.image,
      clientRules: this.#clientRules,
      addressRules: this.#addressRules,
      soa: this.#soa,
      serial: this.#serial,
      relative: this.#relative,
      ignored: this.#ignored.kinds,
      doubts: this.#doubts.kinds,
    };
  }

  take(reader: ZoneRecords): void {
    this.#reader = reader;
    this.#first ??= this.#place();
    if (!reader.isTtlStated) this.#doubt('no TTL');
    if (reader.rrClass !== RrClass.IN) return this.#ignore(`class ${formatClass(reader.rrClass)}`);
    if (reader.type === RrType.SOA && !this.#hasSoa) return this.#takeSoa(reader);
    const length = this.#apexAt(reader.owner, reader.ownerLength);
    if (length < 0) return this.#ignore('out of zone');
    // The records of the zone itself, NS above all, are no rules; nor are signatures.
    if (length === 0 || SIGNING_TYPES.has(reader.type)) return;
    if (reader.type === RrType.NS) return this.#ignore('NS below the apex');
    const other = otherTrigger(reader.owner, length);
    if (other !== undefined) return this.#takeAddressRule(reader, other, length);
    if (isReserved(reader.owner, length)) this.#doubt('an unknown rpz- trigger, taken for a name');
    this.#takeRule(reader, this.#relativeOwner(reader, length));
  }

  /** Where the zone's name begins in a name; -1 when the name is outside of the zone. */
  #apexAt(name: Uint8Array, nameLength: number): number {
    const apex = this.#apex;
    const at = nameLength - apex.length;
    let label = 0;
    while (label < at) label += name[label]! + 1;
    if (label !== at) return -1;
    for (let i = 0; i < apex.length; i++) if (name[at + i] !== apex[i]) return -1;
    return at;
  }

  #takeSoa(reader: ZoneRecords): void {
    this.#apex = reader.owner.slice(0, reader.ownerLength);
    this.#hasSoa = true;
    const rdata = reader.rdata();
    if (rdata === undefined) return;
    this.#soa = { owner: this.#apex, record: { type: RrType.SOA, ttl: reader.ttl, rdata } };
    const view = new DataView(rdata.buffer, rdata.byteOffset, rdata.length);
    this.#serial = view.getUint32(rdata.length - SERIAL_FROM_END);
  }

  #ignore(kind: string): void {
    this.#ignored.add(kind, this.#place());
  }

  #doubt(kind: string): void {
    this.#doubts.add(kind, this.#place());
  }

  #place(): FileLine {
    const { files, file, line } = this.#reader!;
    return { file: files[file]!, line };
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
    if (hasLaterAsterisk(owner)) this.#doubt('an asterisk that is no wildcard');
    const entry = this.#rules.entry(name, wildcard);
    const first = this.#rules.codeOf(entry);
    const wrong = first === undefined ? undefined : this.#whyNotToo(entry, first, given);
    if (wrong !== undefined) return this.#ignore(wrong);
    if (first === undefined) this.#rules.set(entry, given.code, reader.line);
    this.#addRecord(entry, reader, given.rdata);
  }

  /** A rule on addresses: `owner` ends with the trigger's label. */
  #takeAddressRule(reader: ZoneRecords, trigger: string, length: number): void {
    const rules = { 'rpz-client-ip': this.#clientRules, 'rpz-ip': this.#addressRules }[trigger];
    if (rules === undefined) return this.#ignore(trigger);
    const prefix = readAddressOwner(reader.owner, length - trigger.length - 1);
    if (typeof prefix === 'string') return this.#ignore(`${trigger}: ${prefix}`);
    const given = this.#read(reader, this.#relativeOwner(reader, length));
    if (given === undefined) return;
    const key = `${trigger} ${formatPrefix(prefix)}`;
    const first = this.#addressOwners.get(key);
    const wrong = first === undefined ? undefined : this.#whyNotToo(first.entry, first.code, given);
    if (wrong !== undefined) return this.#ignore(wrong);
    // Entries below zero are no names.
    const entry = first?.entry ?? -1 - this.#addressOwners.size;
    if (first === undefined) {
      const rule = { prefix, code: given.code, line: reader.line, entry };
      this.#addressOwners.set(key, rule);
      rules.push(rule);
    }
    this.#addRecord(entry, reader, given.rdata);
  }

  /** Why a record is not taken besides what its owner has already. */
  #whyNotToo(entry: number, code: number, given: Given): string | undefined {
    // Files differ in their codes, so that actions are compared.
    if (code % POLICY_ACTIONS.length !== given.code % POLICY_ACTIONS.length) return ANOTHER_ACTION;
    if (given.rdata === undefined) return 'duplicate';
    const records = this.#rules.recordsOf(entry);
    const hasAlias = records.some(({ type }) => type === RrType.CNAME);
    if (!hasAlias && (this.#reader!.type !== RrType.CNAME || records.length === 0))
      return undefined;
    const isSame = hasAlias && Buffer.compare(records[0]!.rdata, given.rdata) === 0;
    return isSame ? 'duplicate' : ANOTHER_ACTION;
  }

  /** The action of a record; undefined for data that is none. */
  #read(reader: ZoneRecords, owner: Uint8Array): Given | undefined {
    const action = reader.type === RrType.CNAME ? cnameAction(reader, owner) : 'answer';
    if (action === 'answer' && this.#isNearWord(reader)) {
      this.#doubt('an unknown rpz- word, taken for a name');
    }
    const wanted = this.#override === 'given' ? action : this.#override;
    const code = codeOf(wanted, reader.file);
    if (action !== 'answer') return { code };
    const rdata = reader.rdata();
    return rdata === undefined ? undefined : { code, rdata };
  }

  /** Whether an alias leads to a name that begins with `rpz-` or is below such a name. */
  #isNearWord({ target, targetLength, isTargetRelative }: ZoneRecords): boolean {
    if (targetLength === 0) return false;
    const isInside = this.#apex.length > 1 && this.#apexAt(target, targetLength) >= 0;
    if (!isInside) return isReserved(target, targetLength - 1);
    return isTargetRelative && isReserved(target, target[0]! + 1);
  }

  #addRecord(entry: number, { type, ttl }: ZoneRecords, rdata: Uint8Array | undefined): void {
    if (rdata === undefined) return;
    this.#rules.addRecord(entry, { type, ttl, rdata });
    if (this.#apex.length === 1 && this.#reader!.isTargetRelative) this.#relative.add(entry);
  }
}

/** The code of a rule is the number of its file and its action. */
function codeOf(action: PolicyAction, file: number): number {
  return file * POLICY_ACTIONS.length + POLICY_ACTIONS.indexOf(action);
}

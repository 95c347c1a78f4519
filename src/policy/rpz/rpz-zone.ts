/** A response policy zone (draft-vixie-dnsop-dns-rpz-00): its text, compiled to rules. */

import type { Rule, Verdict, VerdictTable } from '../../decision/verdict.ts';
import { LOWER, nameLength, parseName } from '../../wire/name.ts';
import { RrType } from '../../wire/registry.ts';
import { NamePolicy, type PASS } from '../name-policy.ts';
import { addPolicyVerdict, type PolicyAction } from '../policy-verdicts.ts';
import { type ZoneProblem, ZoneReader } from './zone-text.ts';

/** What to do in place of what the zone says; `given` leaves it as it is. */
export type Override = 'given' | Exclude<PolicyAction, 'allow' | 'answer'>;

export interface RpzZone {
  readonly policy: NamePolicy;
  /** Of the zone's SOA; 0 when it has none. */
  readonly serial: number;
  /** Rules that a QNAME policy cannot hold, by kind. */
  readonly ignored: ReadonlyMap<string, number>;
  readonly problems: readonly ZoneProblem[];
  /** Problems in all; only the first of them are kept. */
  readonly problemCount: number;
}

/** Special CNAME targets (section 3). */
const TARGETS: readonly (readonly [string, PolicyAction])[] = [
  ['.', 'nxdomain'],
  ['*.', 'nodata'],
  ['rpz-passthru.', 'passthru'],
  ['rpz-drop.', 'drop'],
  ['rpz-tcp-only.', 'truncate'],
];
const TARGET_WIRES = TARGETS.map(([name, action]) => ({
  wire: parseName(name) as Uint8Array,
  action,
}));

/** Owner suffixes of triggers other than QNAME (section 4). */
const OTHER_TRIGGERS = ['rpz-client-ip', 'rpz-ip', 'rpz-nsip', 'rpz-nsdname'].map((label) => ({
  label,
  wire: parseName(label) as Uint8Array,
}));

const SERIAL_FROM_END = 20;

/** Compiles a zone's text. `file` is the name that its rules show. */
export function compileRpz(
  { name, file, override }: { name: string; file: string; override: Override },
  octets: Uint8Array,
  verdicts: VerdictTable,
): RpzZone {
  const compiler = new RpzCompiler(name, file, override, verdicts);
  const reader = new ZoneReader(octets);
  while (reader.next()) compiler.take(reader);
  return {
    policy: compiler.policy,
    serial: compiler.serial,
    ignored: compiler.ignored,
    problems: reader.problems,
    problemCount: reader.problemCount,
  };
}

class RpzCompiler {
  readonly policy: NamePolicy;
  readonly ignored: Map<string, number> = new Map();
  serial = 0;

  readonly #override: Override;
  readonly #answers: Map<PolicyAction, Verdict | typeof PASS> = new Map();
  readonly #answerOf: (action: PolicyAction) => Verdict | typeof PASS;
  /** Length of the zone's name; rules are owned by names below it. */
  #apexLength = 1;
  readonly #owner: Uint8Array = new Uint8Array(255);

  constructor(name: string, file: string, override: Override, verdicts: VerdictTable) {
    this.policy = new NamePolicy(name);
    this.#override = override;
    const rule: Rule = { id: `${name}/`, file, line: 0, implicit: false };
    this.#answerOf = (action) => {
      const known = this.#answers.get(action);
      if (known !== undefined) return known;
      const made = addPolicyVerdict(this.policy, action, rule, verdicts, { named: true });
      this.#answers.set(action, made);
      return made;
    };
  }

  take(reader: ZoneReader): void {
    if (reader.type === RrType.SOA) return this.#takeSoa(reader);
    // The records of the zone itself, NS above all, are no rules.
    if (reader.ownerLength === this.#apexLength) return;
    const length = reader.ownerLength - this.#apexLength;
    if (length < 0) return this.#ignore('out of zone');
    const other = otherTrigger(reader.owner, length);
    if (other !== undefined) return this.#ignore(other);
    this.#takeRule(reader, this.#relativeOwner(reader, length));
  }

  #takeSoa(reader: ZoneReader): void {
    this.#apexLength = reader.ownerLength;
    const rdata = reader.rdata();
    if (rdata === undefined) return;
    const view = new DataView(rdata.buffer, rdata.byteOffset, rdata.length);
    this.serial = view.getUint32(rdata.length - SERIAL_FROM_END);
  }

  #ignore(kind: string): void {
    this.ignored.set(kind, (this.ignored.get(kind) ?? 0) + 1);
  }

  /** The owner with the zone's name cut off, as a name of its own. */
  #relativeOwner(reader: ZoneReader, length: number): Uint8Array {
    this.#owner.set(reader.owner.subarray(0, length));
    this.#owner[length] = 0;
    return this.#owner;
  }

  #takeRule(reader: ZoneReader, owner: Uint8Array): void {
    const wildcard = owner[0] === 1 && owner[1] === 0x2a;
    const name = wildcard ? owner.subarray(2) : owner;
    const action = reader.type === RrType.CNAME ? cnameAction(reader, owner) : 'answer';
    const rdata = action === 'answer' ? reader.rdata() : undefined;
    if (action === 'answer' && rdata === undefined) return;
    const entry = this.policy.entry(name, wildcard);
    if (!this.policy.isSet(entry)) {
      const wanted = this.#override === 'given' ? action : this.#override;
      this.policy.set(entry, this.#answerOf(wanted), reader.line);
    } else if (action !== 'answer') {
      return this.#ignore('duplicate');
    }
    if (rdata !== undefined) {
      this.policy.addRecord(entry, { type: reader.type, ttl: reader.ttl, rdata });
    }
  }
}

function cnameAction(reader: ZoneReader, owner: Uint8Array): PolicyAction {
  for (const { wire, action } of TARGET_WIRES) {
    if (isSame(reader.target, reader.targetLength, wire)) return action;
  }
  // Section 3.3's older form of PASSTHRU: a CNAME to the name itself.
  const length = nameLength(owner);
  return isSame(reader.target, reader.targetLength, owner.subarray(0, length))
    ? 'passthru'
    : 'answer';
}

function isSame(name: Uint8Array, length: number, wire: Uint8Array): boolean {
  if (length !== wire.length) return false;
  for (let i = 0; i < length; i++) if (LOWER[name[i]!] !== wire[i]) return false;
  return true;
}

/** The trigger that the last label of a relative owner of `length` octets names. */
function otherTrigger(owner: Uint8Array, length: number): string | undefined {
  for (const { label, wire } of OTHER_TRIGGERS) {
    const labelLength = wire.length - 1;
    const at = length - labelLength;
    if (at < 0) continue;
    if (isSame(owner.subarray(at, length), labelLength, wire.subarray(0, labelLength)))
      return label;
  }
  return undefined;
}

/** The words that policy zones have of their own (draft-vixie-dnsop-dns-rpz-00). */

import { LOWER, nameLength, parseName } from '../../wire/name.ts';
import type { PolicyAction } from '../policy-verdicts.ts';
import type { ZoneRecords } from './rpz-zone.ts';

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

/** What a CNAME's target says is done; `answer` when it is a name like any other. */
export function cnameAction(
  reader: Pick<ZoneRecords, 'target' | 'targetLength'>,
  owner: Uint8Array,
): PolicyAction {
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
export function otherTrigger(owner: Uint8Array, length: number): string | undefined {
  // They end in `ip` and `nsdname`: of a million owners few end so.
  const last = LOWER[owner[length - 1]!];
  if (last !== 0x70 && last !== 0x65) return undefined;
  for (const { label, wire } of OTHER_TRIGGERS) {
    const labelLength = wire.length - 1;
    const at = length - labelLength;
    if (at < 0) continue;
    if (isSame(owner.subarray(at, length), labelLength, wire.subarray(0, labelLength)))
      return label;
  }
  return undefined;
}

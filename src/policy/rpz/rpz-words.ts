/** The words that policy zones have of their own (draft-vixie-dnsop-dns-rpz-00). */

import { LOWER, nameLength, parseName } from '../../wire/name.ts';
import type { PolicyAction } from '../rules/policy-verdicts.ts';

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
  wire: (parseName(label) as Uint8Array).slice(0, -1),
}));

/** The action of a CNAME's target; `answer` when it is a name like any other. */
export function cnameAction(
  reader: { readonly target: Uint8Array; readonly targetLength: number },
  owner: Uint8Array,
): PolicyAction {
  for (const { wire, action } of TARGET_WIRES) {
    if (reader.targetLength === wire.length && beginsSame(reader.target, 0, wire)) return action;
  }
  return isItself(reader, owner) ? 'passthru' : 'answer';
}

/**
 * Section 3.3's older form of PASSTHRU: a CNAME to the name itself, or to what stands before the
 * trigger's label.
 */
function isItself(
  { target, targetLength }: { readonly target: Uint8Array; readonly targetLength: number },
  owner: Uint8Array,
): boolean {
  const length = nameLength(owner);
  const trigger = otherTrigger(owner, length - 1);
  const bare = length - (trigger === undefined ? 0 : trigger.length + 1);
  if (targetLength !== bare && targetLength !== length) return false;
  if (target[targetLength - 1] !== 0) return false;
  return beginsSame(target, 0, owner.subarray(0, targetLength - 1));
}

/** Whether what stands at `at` begins like `wire`, which is in lower case. */
function beginsSame(name: Uint8Array, at: number, wire: Uint8Array): boolean {
  for (let i = 0; i < wire.length; i++) if (LOWER[name[at + i]!] !== wire[i]) return false;
  return true;
}

/** What begins the names that are kept for triggers and actions to come (sections 3 and 4). */
const RESERVED = Uint8Array.from([...'rpz-'].map((letter) => letter.charCodeAt(0)));

/** Whether the last of the labels in the first `length` octets is one of those. */
export function isReserved(name: Uint8Array, length: number): boolean {
  let last = 0;
  for (let at = 0; at < length; at += name[at]! + 1) last = at;
  return name[last]! >= RESERVED.length && beginsSame(name, last + 1, RESERVED);
}

/** Whether a label other than the first is an asterisk: it stands for itself (RFC 4592 section 2.3). */
export function hasLaterAsterisk(name: Uint8Array): boolean {
  for (let at = name[0]! === 0 ? 0 : name[0]! + 1; name[at] !== 0; at += name[at]! + 1) {
    if (name[at] === 1 && name[at + 1] === 0x2a) return true;
  }
  return false;
}

/** The trigger that the last label of a relative owner of `length` octets names. */
export function otherTrigger(owner: Uint8Array, length: number): string | undefined {
  for (const { label, wire } of OTHER_TRIGGERS) {
    const at = length - wire.length;
    if (at >= 0 && beginsSame(owner, at, wire)) return label;
  }
  return undefined;
}

/** A response policy zone of another server, by the code that judges ours. */

import { readFileSync } from 'node:fs';
import type { Place } from '../config/problem.ts';
import type { VerdictTable } from '../decision/verdict.ts';
import type { PolicyZone } from '../policy/policy-zones.ts';
import type { Override } from '../policy/rpz/rpz-image.ts';
import { attachRpz, readRpz } from '../policy/rpz/rpz-zone.ts';
import { ExpiredRules } from '../policy/rules/expired-rules.ts';
import type { NamePolicy } from '../policy/rules/name-policy.ts';

/** As the other server's configuration has it. */
export interface ForeignZone {
  readonly name: string;
  readonly place: Place;
  /** Undefined when its content comes by transfer and is not known here. */
  readonly file: string | undefined;
  /** Whom it is transferred from, as our configuration writes them. */
  readonly primaries: readonly string[];
  /** The name of the key that signs its transfers. */
  readonly tsig?: string;
  readonly override: Override | 'disabled';
  readonly breakDnssec: boolean;
  /** Only queries with RD=1 are judged. */
  readonly recursiveOnly: boolean;
}

/**
 * Of a zone with a file. Unbound 1.17 keeps the actions of rules on clients, whatever is in their place
 * for all others (`keepsClientActions`).
 */
export function attachZone(
  { name, file, override, breakDnssec }: ForeignZone,
  verdicts: VerdictTable,
  keepsClientActions = false,
): NamePolicy {
  const source = { file: file!, readText: (path: string) => readFileSync(path) };
  const octets = readFileSync(file!);
  const image = readRpz(octets, override === 'disabled' ? 'given' : override, source);
  const { clientRules } = keepsClientActions ? readRpz(octets, 'given', source) : image;
  const traits = {
    ...{ name, isShadow: false, ede: 'blocked' as const, category: undefined },
    ...{ expired: new ExpiredRules(), breakDnssec, recursiveOnly: false },
  };
  return attachRpz(traits, { ...image, clientRules }, verdicts);
}

/** For whoever looks for the names and clients of its rules. */
export function shownZone({ name, file, place }: ForeignZone, policy: NamePolicy): PolicyZone {
  return {
    ...{ name, place, file: file!, files: [file!], policy, shadow: policy },
    ...{ rules: policy.count, serial: undefined, ignored: new Map(), loadedAt: 0, digest: '' },
  };
}

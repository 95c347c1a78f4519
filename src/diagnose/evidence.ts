/** Sentences that tell what was seen. */

import { isEmpty } from './plan.ts';
import type { Probe } from './probe.ts';
import type { Situation } from './situation.ts';

const WAYS = { udp: 'UDP', tcp: 'TCP', dot: 'TLS', doh: 'HTTPS' } as const;

/** `www.example. A by UDP, RD=1: REFUSED, RA=0, EDE 18`. */
export function tell(probe: Probe): string {
  const { name, type, transport, rd, edns, silence, rcode = '', tc, aa, ra, ede } = probe;
  const how = `${WAYS[transport]}${edns ? '' : ' without EDNS'}, RD=${rd ? 1 : 0}`;
  if (silence !== undefined) return `${name} ${type} by ${how}: ${silence}`;
  const flags = [`RA=${ra ? 1 : 0}`, ...(aa ? ['AA=1'] : []), ...(tc ? ['TC=1'] : [])];
  const errors = ede.map(({ code, text }) =>
    text === '' ? `EDE ${code}` : `EDE ${code} "${text}"`,
  );
  return `${name} ${type} by ${how}: ${[rcode, ...flags, ...errors].join(', ')}`;
}

/** The same, of several probes, those that were asked. */
export function tellAll(...probes: readonly (Probe | undefined)[]): string[] {
  return probes.filter((probe) => probe !== undefined).map(tell);
}

/** What the answer to another source shows. */
export function differenceOf({ answeredSibling }: Situation): string[] {
  if (answeredSibling === undefined) return [];
  const { source, rcode, ra } = answeredSibling;
  return [`${source} is answered: ${rcode}, RA=${ra ? 1 : 0}`];
}

export function copyOf({ copiesRd }: Situation): string[] {
  return copiesRd ? ['RA is a copy of RD: so dnsdist writes refusals of its own'] : [];
}

export function identityOf({ identity }: Situation): string[] {
  if (identity === undefined || isEmpty(identity)) return [];
  return [
    `${identity.name} is answered${identity.texts[0] === undefined ? '' : `: "${identity.texts[0]}"`}`,
  ];
}

export function nsidOf({ nsid }: Probe): string[] {
  return nsid === undefined ? [] : [`NSID "${nsid}" came with the refusal`];
}

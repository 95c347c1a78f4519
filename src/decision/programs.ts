/** Programs by what they answer to CHAOS TXT `version.bind`, and by the form of their NSID. */

const PROGRAMS: Readonly<Record<string, RegExp>> = {
  dnsmasq: /^dnsmasq/i,
  Unbound: /^unbound/i,
  NSD: /^NSD/,
  'Knot DNS': /^Knot DNS/i,
  'PowerDNS Authoritative': /^PowerDNS Authoritative/i,
  'PowerDNS Recursor': /^PowerDNS Recursor/i,
  rcode5: /^rcode5/i,
  BIND: /^(BIND )?9\.\d+/i,
};

/** The node and the hash of its policy. */
const RCODE5_NSID = /^\S+ [0-9a-f]{8}$/;

/** Of all programs one refuses questions of class CHAOS so. */
export function programOfRefusal({ aa, ra }: { readonly aa: boolean; readonly ra: boolean }) {
  return aa && ra ? 'systemd-resolved' : undefined;
}

/** The parts of a response that have a form of their own. */
interface Form {
  readonly rcode?: string;
  readonly aa: boolean;
  readonly ra: boolean;
  readonly hasQuestion: boolean;
  readonly hasOpt: boolean;
}

/**
 * Unbound's `access-control` refuses with the 12 octets of a header: no question, no OPT record, no
 * flags. No other program that was measured does.
 */
export function programOfForm({ rcode, aa, ra, hasQuestion, hasOpt }: Form): string | undefined {
  const isBare = !aa && !ra && !hasQuestion && !hasOpt;
  return rcode === 'REFUSED' && isBare ? 'Unbound' : undefined;
}

/** Which program it is, as far as it matters for the meaning of its refusals. */
export function programOf(version: string, nsid = ''): string | undefined {
  if (RCODE5_NSID.test(nsid)) return 'rcode5';
  return Object.keys(PROGRAMS).find((name) => PROGRAMS[name]!.test(version));
}

/** Programs by what they answer to CHAOS TXT `version.bind`. */

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

/** Which program it is, as far as it matters for the meaning of its refusals. */
export function programOf(version: string): string | undefined {
  return Object.keys(PROGRAMS).find((name) => PROGRAMS[name]!.test(version));
}

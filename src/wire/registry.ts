/** The IANA registries that rcode5 reads and writes, as far as it names them. */

/** RCODEs (RFC 1035 section 4.1.1, RFC 2136, RFC 6891). Those above 15 need an OPT record. */
export const Rcode = {
  NOERROR: 0,
  FORMERR: 1,
  SERVFAIL: 2,
  NXDOMAIN: 3,
  NOTIMP: 4,
  REFUSED: 5,
  YXDOMAIN: 6,
  YXRRSET: 7,
  NXRRSET: 8,
  NOTAUTH: 9,
  NOTZONE: 10,
  DSOTYPENI: 11,
  BADVERS: 16,
  BADKEY: 17,
  BADTIME: 18,
  BADMODE: 19,
  BADNAME: 20,
  BADALG: 21,
  BADTRUNC: 22,
  BADCOOKIE: 23,
} as const;

/** OPCODEs (RFC 1035, RFC 1996, RFC 2136, RFC 8490). */
export const Opcode = { QUERY: 0, IQUERY: 1, STATUS: 2, NOTIFY: 4, UPDATE: 5, DSO: 6 } as const;

/** CLASSes (RFC 1035 section 3.2.4). */
export const RrClass = { IN: 1, CH: 3, HS: 4, NONE: 254, ANY: 255 } as const;

/** The RR TYPEs that have a meaning to a forwarder or a presentation name in a log. */
export const RrType = {
  A: 1,
  NS: 2,
  CNAME: 5,
  SOA: 6,
  MB: 7,
  MG: 8,
  MR: 9,
  NULL: 10,
  WKS: 11,
  PTR: 12,
  HINFO: 13,
  MINFO: 14,
  MX: 15,
  TXT: 16,
  RP: 17,
  AFSDB: 18,
  X25: 19,
  ISDN: 20,
  RT: 21,
  SIG: 24,
  KEY: 25,
  PX: 26,
  GPOS: 27,
  AAAA: 28,
  LOC: 29,
  SRV: 33,
  NAPTR: 35,
  KX: 36,
  CERT: 37,
  DNAME: 39,
  OPT: 41,
  APL: 42,
  DS: 43,
  SSHFP: 44,
  IPSECKEY: 45,
  RRSIG: 46,
  NSEC: 47,
  DNSKEY: 48,
  DHCID: 49,
  NSEC3: 50,
  NSEC3PARAM: 51,
  TLSA: 52,
  SMIMEA: 53,
  HIP: 55,
  CDS: 59,
  CDNSKEY: 60,
  OPENPGPKEY: 61,
  CSYNC: 62,
  ZONEMD: 63,
  SVCB: 64,
  HTTPS: 65,
  SPF: 99,
  NID: 104,
  L32: 105,
  L64: 106,
  LP: 107,
  EUI48: 108,
  EUI64: 109,
  TKEY: 249,
  TSIG: 250,
  IXFR: 251,
  AXFR: 252,
  MAILB: 253,
  MAILA: 254,
  ANY: 255,
  URI: 256,
  CAA: 257,
  AVC: 258,
  RESINFO: 261,
  TA: 32768,
  DLV: 32769,
} as const;

/** EDNS options (RFC 6891 section 9). */
export const EdnsOption = {
  NSID: 3,
  ECS: 8,
  COOKIE: 10,
  KEEPALIVE: 11,
  PADDING: 12,
  EDE: 15,
} as const;

/** Extended DNS error INFO-CODEs (RFC 8914 and its registry), by the name of their purpose. */
export const Ede = {
  OTHER: 0,
  STALE_ANSWER: 3,
  FORGED_ANSWER: 4,
  NOT_READY: 14,
  BLOCKED: 15,
  CENSORED: 16,
  FILTERED: 17,
  PROHIBITED: 18,
  STALE_NXDOMAIN_ANSWER: 19,
  NOT_AUTHORITATIVE: 20,
  NOT_SUPPORTED: 21,
  NO_REACHABLE_AUTHORITY: 22,
  NETWORK_ERROR: 23,
  SYNTHESIZED: 29,
  INVALID_QUERY_TYPE: 30,
  RATE_LIMITED: 31,
  OVER_QUOTA: 32,
  BLOCKED_UPSTREAM: 35,
} as const;

const rcodeNames = namesOf(Rcode);
const opcodeNames = namesOf(Opcode);
const classNames = namesOf(RrClass);
const typeNames = namesOf(RrType);

/** `REFUSED`; a number that has no name is `RCODE12`. */
export function formatRcode(rcode: number): string {
  return rcodeNames.get(rcode) ?? `RCODE${rcode}`;
}

/** `QUERY`; a number that has no name is `OPCODE9`. */
export function formatOpcode(opcode: number): string {
  return opcodeNames.get(opcode) ?? `OPCODE${opcode}`;
}

/** `IN`; a number that has no name is `CLASS42` (RFC 3597 section 5). */
export function formatClass(rrClass: number): string {
  return classNames.get(rrClass) ?? `CLASS${rrClass}`;
}

/** `AAAA`; a number that has no name is `TYPE65280` (RFC 3597 section 5). */
export function formatType(type: number): string {
  return typeNames.get(type) ?? `TYPE${type}`;
}

/** The number of `AAAA`, `aaaa` or `TYPE28`; undefined when it is none. */
export function parseType(text: string): number | undefined {
  return parseMnemonic(RrType, 'TYPE', text);
}

/** The number of `NXDOMAIN`, `nxdomain` or `RCODE3`; undefined when it is none. */
export function parseRcode(text: string): number | undefined {
  return parseMnemonic(Rcode, 'RCODE', text);
}

/** The number of `IN`, `in` or `CLASS1`; undefined when it is none. */
export function parseClass(text: string): number | undefined {
  return parseMnemonic(RrClass, 'CLASS', text);
}

/** The number of `UPDATE`, `update` or `OPCODE5`; undefined when it is none. */
export function parseOpcode(text: string): number | undefined {
  const opcode = parseMnemonic(Opcode, 'OPCODE', text);
  return opcode !== undefined && opcode < 16 ? opcode : undefined;
}

function parseMnemonic(
  registry: Readonly<Record<string, number>>,
  prefix: string,
  text: string,
): number | undefined {
  const upper = text.toUpperCase();
  if (Object.hasOwn(registry, upper)) return registry[upper];
  if (!upper.startsWith(prefix)) return undefined;
  const digits = upper.slice(prefix.length);
  const value = Number(digits);
  return /^\d{1,5}$/.test(digits) && value <= 0xffff ? value : undefined;
}

function namesOf(registry: Readonly<Record<string, number>>): ReadonlyMap<number, string> {
  return new Map(Object.entries(registry).map(([name, value]) => [value, name]));
}

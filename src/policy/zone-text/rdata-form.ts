/** The text of RDATA, type by type: RFC 1035 section 3.3 and the RFC of each later type. */

import { RrType } from '../../wire/registry.ts';
import { GATEWAY_AND_KEY, hardwareAddress, LOCATOR64, PREFIXES } from './rdata-address.ts';
import {
  CAA_TAG,
  characterString,
  domain,
  type Field,
  HEX,
  IPV4,
  IPV6,
  openText,
  type Rest,
  STRINGS,
  seconds,
  unsigned,
} from './rdata-field.ts';
import {
  ALGORITHM,
  BASE64,
  CERTIFICATE,
  HASH,
  instant,
  SALT,
  TYPE_COVERED,
  TYPES,
} from './rdata-key.ts';
import { LOCATION } from './rdata-location.ts';
import { SVC_PARAMS } from './svcb.ts';

/** The fields that one type's RDATA text has, in their order. */
export interface Form {
  readonly fields: readonly Field[];
  readonly rest?: Rest;
}

const SERVICE: Form = { fields: [unsigned(2, 'priority'), domain('target')], rest: SVC_PARAMS };
const TEXT: Form = { fields: [], rest: STRINGS };
const NAME: Form = { fields: [domain('name')] };
const PREFERRED_NAME: Form = { fields: [unsigned(2, 'preference'), domain('name')] };
const KEY: Form = {
  fields: [unsigned(2, 'flags'), unsigned(1, 'protocol'), ALGORITHM],
  rest: BASE64,
};
const KEY_DIGEST: Form = {
  fields: [unsigned(2, 'tag'), ALGORITHM, unsigned(1, 'digest')],
  rest: HEX,
};
const CERTIFICATE_MATCH: Form = {
  fields: [unsigned(1, 'usage'), unsigned(1, 'selector'), unsigned(1, 'match')],
  rest: HEX,
};
const SIGNATURE: Form = {
  fields: [
    TYPE_COVERED,
    ALGORITHM,
    unsigned(1, 'labels'),
    seconds('ttl'),
    instant('expiration'),
    instant('inception'),
    unsigned(2, 'tag'),
    domain('signer'),
  ],
  rest: BASE64,
};
const HASHING = [unsigned(1, 'hash'), unsigned(1, 'flags'), unsigned(2, 'iterations'), SALT];

/** Types that have a text of their own; the others are written as octets only (RFC 3597). */
export const FORMS: ReadonlyMap<number, Form> = new Map<number, Form>([
  [RrType.A, { fields: [IPV4] }],
  [RrType.NS, NAME],
  [RrType.MB, NAME],
  [RrType.MG, NAME],
  [RrType.MR, NAME],
  [RrType.CNAME, { fields: [domain('target')] }],
  [
    RrType.SOA,
    {
      fields: [
        domain('primary'),
        domain('mailbox'),
        unsigned(4, 'serial'),
        seconds('refresh'),
        seconds('retry'),
        seconds('expire'),
        seconds('minimum'),
      ],
    },
  ],
  [RrType.PTR, NAME],
  [RrType.HINFO, { fields: [characterString('cpu'), characterString('os')] }],
  [RrType.MINFO, { fields: [domain('responsible'), domain('errors')] }],
  [RrType.MX, { fields: [unsigned(2, 'preference'), domain('exchange')] }],
  [RrType.TXT, TEXT],
  [RrType.RP, { fields: [domain('mailbox'), domain('text')] }],
  [RrType.AFSDB, PREFERRED_NAME],
  [RrType.X25, { fields: [characterString('address')] }],
  [RrType.ISDN, TEXT],
  [RrType.RT, PREFERRED_NAME],
  [RrType.SIG, SIGNATURE],
  [RrType.KEY, KEY],
  [RrType.PX, { fields: [unsigned(2, 'preference'), domain('name'), domain('x400')] }],
  [
    RrType.GPOS,
    {
      fields: [
        characterString('longitude'),
        characterString('latitude'),
        characterString('altitude'),
      ],
    },
  ],
  [RrType.AAAA, { fields: [IPV6] }],
  [RrType.LOC, { fields: [], rest: LOCATION }],
  [
    RrType.SRV,
    {
      fields: [
        unsigned(2, 'priority'),
        unsigned(2, 'weight'),
        unsigned(2, 'port'),
        domain('target'),
      ],
    },
  ],
  [
    RrType.NAPTR,
    {
      fields: [
        unsigned(2, 'order'),
        unsigned(2, 'preference'),
        characterString('flags'),
        characterString('services'),
        characterString('regexp'),
        domain('replacement'),
      ],
    },
  ],
  [RrType.KX, PREFERRED_NAME],
  [RrType.CERT, { fields: [CERTIFICATE, unsigned(2, 'tag'), ALGORITHM], rest: BASE64 }],
  [RrType.DNAME, { fields: [domain('target')] }],
  [RrType.APL, { fields: [], rest: PREFIXES }],
  [RrType.DS, KEY_DIGEST],
  [RrType.SSHFP, { fields: [unsigned(1, 'algorithm'), unsigned(1, 'hash')], rest: HEX }],
  [
    RrType.IPSECKEY,
    {
      fields: [unsigned(1, 'precedence'), unsigned(1, 'kind'), unsigned(1, 'algorithm')],
      rest: GATEWAY_AND_KEY,
    },
  ],
  [RrType.RRSIG, SIGNATURE],
  [RrType.NSEC, { fields: [domain('next')], rest: TYPES }],
  [RrType.DNSKEY, KEY],
  [RrType.DHCID, { fields: [], rest: BASE64 }],
  [RrType.NSEC3, { fields: [...HASHING, HASH], rest: TYPES }],
  [RrType.NSEC3PARAM, { fields: HASHING }],
  [RrType.TLSA, CERTIFICATE_MATCH],
  [RrType.SMIMEA, CERTIFICATE_MATCH],
  [RrType.CDS, KEY_DIGEST],
  [RrType.CDNSKEY, KEY],
  [RrType.OPENPGPKEY, { fields: [], rest: BASE64 }],
  [RrType.CSYNC, { fields: [unsigned(4, 'serial'), unsigned(2, 'flags')], rest: TYPES }],
  [
    RrType.ZONEMD,
    { fields: [unsigned(4, 'serial'), unsigned(1, 'scheme'), unsigned(1, 'hash')], rest: HEX },
  ],
  [RrType.SVCB, SERVICE],
  [RrType.HTTPS, SERVICE],
  [RrType.SPF, TEXT],
  [RrType.NID, { fields: [unsigned(2, 'preference'), LOCATOR64] }],
  [RrType.L32, { fields: [unsigned(2, 'preference'), IPV4] }],
  [RrType.L64, { fields: [unsigned(2, 'preference'), LOCATOR64] }],
  [RrType.LP, PREFERRED_NAME],
  [RrType.EUI48, { fields: [hardwareAddress(6)] }],
  [RrType.EUI64, { fields: [hardwareAddress(8)] }],
  [RrType.URI, { fields: [unsigned(2, 'priority'), unsigned(2, 'weight'), openText('target')] }],
  [RrType.AVC, TEXT],
  [RrType.RESINFO, TEXT],
  [RrType.TA, KEY_DIGEST],
  [RrType.DLV, KEY_DIGEST],
  [RrType.CAA, { fields: [unsigned(1, 'flags'), CAA_TAG, openText('value')] }],
]);

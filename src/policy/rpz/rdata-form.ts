/** The text of RDATA, type by type: RFC 1035 section 3.3 and the RFC of each later type. */

import { RrType } from '../../wire/registry.ts';
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
import { SVC_PARAMS } from './svcb.ts';

/** The fields that one type's RDATA text has, in their order. */
export interface Form {
  readonly fields: readonly Field[];
  readonly rest?: Rest;
}

const SERVICE: Form = { fields: [unsigned(2, 'priority'), domain('target')], rest: SVC_PARAMS };
const TEXT: Form = { fields: [], rest: STRINGS };

/** Types that have a text of their own; the others are written as octets only (RFC 3597). */
export const FORMS: ReadonlyMap<number, Form> = new Map<number, Form>([
  [RrType.A, { fields: [IPV4] }],
  [RrType.NS, { fields: [domain('name')] }],
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
  [RrType.PTR, { fields: [domain('name')] }],
  [RrType.HINFO, { fields: [characterString('cpu'), characterString('os')] }],
  [RrType.MX, { fields: [unsigned(2, 'preference'), domain('exchange')] }],
  [RrType.TXT, TEXT],
  [RrType.AAAA, { fields: [IPV6] }],
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
  [RrType.DNAME, { fields: [domain('target')] }],
  [
    RrType.DS,
    { fields: [unsigned(2, 'tag'), unsigned(1, 'algorithm'), unsigned(1, 'digest')], rest: HEX },
  ],
  [RrType.SSHFP, { fields: [unsigned(1, 'algorithm'), unsigned(1, 'hash')], rest: HEX }],
  [
    RrType.TLSA,
    { fields: [unsigned(1, 'usage'), unsigned(1, 'selector'), unsigned(1, 'match')], rest: HEX },
  ],
  [RrType.SVCB, SERVICE],
  [RrType.HTTPS, SERVICE],
  [RrType.SPF, TEXT],
  [RrType.URI, { fields: [unsigned(2, 'priority'), unsigned(2, 'weight'), openText('target')] }],
  [RrType.CAA, { fields: [unsigned(1, 'flags'), CAA_TAG, openText('value')] }],
]);

/** The SOA record of negative answers that are made here (RFC 2308 section 3). */

import { writeUint32 } from '../wire/header.ts';
import { parseName } from '../wire/name.ts';
import { RrType } from '../wire/registry.ts';
import type { RecordData } from '../wire/response.ts';

const MNAME = parseName('localhost.') as Uint8Array;
const RNAME = parseName('nobody.invalid.') as Uint8Array;
const REFRESH = 3600;
const RETRY = 1200;
const EXPIRE = 604_800;

/** An SOA whose TTL and MINIMUM let a negative answer be cached for `ttl` seconds. */
export function negativeSoa(ttl: number, serial = 1): RecordData {
  const rdata = new Uint8Array(MNAME.length + RNAME.length + 20);
  rdata.set(MNAME);
  rdata.set(RNAME, MNAME.length);
  const numbers = [serial, REFRESH, RETRY, EXPIRE, ttl];
  numbers.forEach((value, i) => {
    writeUint32(rdata, MNAME.length + RNAME.length + 4 * i, value);
  });
  return { type: RrType.SOA, ttl, rdata };
}

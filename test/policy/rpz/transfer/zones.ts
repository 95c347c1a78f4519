/** Records of a policy zone and the messages of its transfer, by hand. */

import {
  ascii,
  Flag,
  message,
  name,
  type Octets,
  octets,
  question,
  record,
  uint32,
} from '../../../world/messages.ts';

export const ZONE = 'rpz.example';
export const AXFR = 252;
export const IXFR = 251;
export const ID = 7;

/** RDATA of an SOA: refresh 60, retry 20, expire 600, minimum 30. */
export function soaData(serial: number): Uint8Array {
  return octets(name('ns.example'), name('host.example'), ...[serial, 60, 20, 600, 30].map(uint32));
}

export function soa(serial: number, zone: string = ZONE): Uint8Array {
  return record(zone, 6, soaData(serial), { ttl: 30 });
}

/** A rule of the zone: NXDOMAIN for a name. */
export function rule(owner: string, target: string = '.'): Uint8Array {
  return record(`${owner}.${ZONE}`, 5, name(target), { ttl: 30 });
}

export function text(owner: string, value: string): Uint8Array {
  return record(`${owner}.${ZONE}`, 16, [value.length, ...ascii(value)], { ttl: 30 });
}

/** A message of a transfer. */
export function part(answers: readonly Octets[], type: number = AXFR, rcode = 0): Uint8Array {
  const questions = [question(ZONE, type)];
  return message({ id: ID, flags: Flag.QR | Flag.AA, rcode, questions, answers });
}

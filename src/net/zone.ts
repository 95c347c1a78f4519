/** Zones of link-local addresses (RFC 4007): an interface, by its name or by its number. */

import { networkInterfaces } from 'node:os';

/** What stands behind `%`: a name that the kernel would give an interface, or a number. */
const ZONE = /^[^\s/:%]{1,15}$/;

export function isZone(text: string): boolean {
  return ZONE.test(text);
}

/** The address without its zone, and the zone, which is empty when it has none. */
export function splitZone(address: string): { readonly address: string; readonly zone: string } {
  const at = address.indexOf('%');
  if (at < 0) return { address, zone: '' };
  return { address: address.slice(0, at), zone: address.slice(at + 1) };
}

/** Whether an interface of this host that is up has an IPv6 address, and this zone. */
export function isZoneUp(zone: string): boolean {
  return Object.entries(networkInterfaces()).some(([name, addresses = []]) => {
    const own = addresses.filter(({ family }) => family === 'IPv6');
    // Addresses that are not link-local have no zone, which is 0.
    const numbers = own.flatMap(({ scopeid }) => scopeid || []);
    return own.length > 0 && (name === zone || numbers.includes(Number(zone)));
  });
}

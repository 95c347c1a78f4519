/** Files that have names of clients: hosts, and the leases of DHCP servers. */

import { parseAddress } from '../../net/address.ts';

/** The name of an address; empty when there is none any more. */
export interface Named {
  readonly address: string;
  readonly name: string;
  /** Names that lead to it too, and are not shown. */
  readonly aliases?: readonly string[];
}

/** Reads a file's text; `now` is in milliseconds since the epoch. */
export type ReadNames = (text: string, now: number) => Iterable<Named>;

/** hosts(5): an address and names, the first of which is shown. */
export function* readHosts(text: string): Generator<Named> {
  for (const line of text.split('\n')) {
    const [address = '', name = '', ...aliases] = line.replace(/#.*/s, '').trim().split(/\s+/);
    if (name !== '') yield { address, name, aliases };
  }
}

/** dnsmasq's leases: `EXPIRY MAC-OR-IAID ADDRESS NAME ID`, with `*` for no name. */
export function* readDnsmasqLeases(text: string, now: number): Generator<Named> {
  for (const line of text.split('\n')) {
    const [expiry = '', , address = '', name = ''] = line.trim().split(/\s+/);
    if (!/^\d+$/.test(expiry) || parseAddress(address) === undefined) continue;
    // 0 is a lease without an end.
    const hasEnded = expiry !== '0' && Number(expiry) * 1000 <= now;
    yield { address, name: hasEnded || name === '*' ? '' : name };
  }
}

/** Kea's memfile (CSV): each line is the news of a lease, the last one counts. */
export function* readKeaLeases(text: string, now: number): Generator<Named> {
  let columns: readonly string[] = [];
  for (const line of text.split('\n')) {
    const fields = line.trimEnd().split(',');
    if (fields.includes('address') && fields.includes('hostname')) columns = fields;
    const field = (name: string) => fields[columns.indexOf(name)] ?? '';
    const address = field('address');
    if (parseAddress(address) === undefined) continue;
    const hasEnded = Number(field('expire')) * 1000 <= now || field('valid_lifetime') === '0';
    const isInUse = field('state') === '0' && !hasEnded;
    // What Kea would take for the end of a field is written so.
    yield { address, name: isInUse ? field('hostname').replaceAll('&#x2c', ',') : '' };
  }
}

const LEASE = /^\s*(?:lease|iaaddr)\s+([0-9a-f.:]+)\s*\{([^}]*)\}/gm;
const HOST_NAME = /^\s*client-hostname\s+"((?:[^"\\]|\\.)*)"/m;
const FORWARD_NAME = /^\s*set\s+ddns-fwd-name\s*=\s*"((?:[^"\\]|\\.)*)"/m;
const STATE = /^\s*binding state\s+(\w+)/m;
const ENDS = /^\s*ends\s+(?:epoch\s+(\d+)|\d\s+(\d+)\/(\d+)\/(\d+)\s+(\d+):(\d+):(\d+))/m;

/** ISC dhcpd's leases: each block is the news of a lease, the last one counts. */
export function* readIscLeases(text: string, now: number): Generator<Named> {
  for (const [, address = '', body = ''] of text.matchAll(LEASE)) {
    const name = (HOST_NAME.exec(body) ?? FORWARD_NAME.exec(body))?.[1] ?? '';
    const isInUse = (STATE.exec(body)?.[1] ?? 'active') === 'active' && endOf(body) > now;
    yield { address, name: isInUse ? name : '' };
  }
}

/** Milliseconds since the epoch; Infinity for `ends never`, and where it is not written. */
function endOf(body: string): number {
  const found = ENDS.exec(body);
  if (found === null) return Number.POSITIVE_INFINITY;
  const [epoch, year, month, day, hour, minute, second] = found.slice(1).map(Number);
  if (found[1] !== undefined) return epoch! * 1000;
  return Date.UTC(year!, month! - 1, day, hour, minute, second);
}

/** Servers by address or by name, as people write them. */

import { lookup } from 'node:dns/promises';
import { type Endpoint, parseEndpoint } from '../net/address.ts';

const DNS_PORT = 53;

/** An address with a port, or with that of DNS; a text says what is wrong. */
export function parseServer(text: string): Endpoint | string {
  const endpoint = parseEndpoint(text, DNS_PORT);
  if (endpoint === undefined || endpoint.port === 0) {
    return `${text}: expect an address like 192.0.2.1, 192.0.2.1:5300 or [2001:db8::1]:53`;
  }
  return endpoint;
}

/** An address, or all of a name, with or without a port; a text says what is wrong. */
export async function findServers(text: string): Promise<readonly Endpoint[] | string> {
  const [, name, port = String(DNS_PORT)] = /^([a-z][\w.-]*?)(?::(\d{1,5}))?$/i.exec(text) ?? [];
  if (name === undefined || Number(port) > 0xffff) {
    const server = parseServer(text);
    return typeof server === 'string' ? server : [server];
  }
  try {
    const found = await lookup(name, { all: true });
    return found.map(({ address }) => ({ address, port: Number(port) }));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return `${text}: ${code}; expect an address, or a name that has one`;
  }
}

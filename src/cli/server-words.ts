/** Servers and times as commands are given them. */

import { lookup } from 'node:dns/promises';
import { parseDuration } from '../clock.ts';
import { type Endpoint, parseEndpoint } from '../net/address.ts';
import { UsageError } from './command.ts';

const DNS_PORT = 53;
const MAX_TIMEOUT_MS = 60_000;

/** An address with a port, or with that of DNS; `option` is named when it is none. */
export function readServer(text: string, option = ''): Endpoint {
  const endpoint = parseEndpoint(text, DNS_PORT);
  if (endpoint === undefined || endpoint.port === 0) {
    throw new UsageError(
      `${option}${text}: expect an address like 192.0.2.1, 192.0.2.1:5300 or [2001:db8::1]:53`,
    );
  }
  return endpoint;
}

/** The milliseconds of `--timeout`. */
export function readTimeout(text: string): number {
  const milliseconds = parseDuration(text);
  if (milliseconds === undefined || milliseconds === 0 || milliseconds > MAX_TIMEOUT_MS) {
    throw new UsageError(`--timeout ${text}: expect a duration from 1ms to 60s`);
  }
  return milliseconds;
}

/** Addresses, and names of hosts with all of their addresses, each with or without a port. */
export async function readHosts(texts: readonly string[]): Promise<Endpoint[]> {
  const hosts = await Promise.all(texts.map(readHost));
  return hosts.flat();
}

async function readHost(text: string): Promise<Endpoint[]> {
  const [, name, port = String(DNS_PORT)] = /^([a-z][\w.-]*?)(?::(\d{1,5}))?$/i.exec(text) ?? [];
  if (name === undefined || Number(port) > 0xffff) return [readServer(text)];
  const found = await lookup(name, { all: true }).catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(`${text}: ${error.code}; expect an address, or a name that has one`);
  });
  return found.map(({ address }) =>
    readServer(address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`),
  );
}

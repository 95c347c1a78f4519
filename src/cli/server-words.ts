/** Servers and times as commands are given them. */

import { parseDuration } from '../clock.ts';
import { findServers, parseServer } from '../diagnose/host-addresses.ts';
import type { Endpoint } from '../net/address.ts';
import { UsageError } from './command.ts';

const MAX_TIMEOUT_MS = 60_000;

/** An address with a port, or with that of DNS; `option` is named when it is none. */
export function readServer(text: string, option = ''): Endpoint {
  const server = parseServer(text);
  if (typeof server === 'string') throw new UsageError(option + server);
  return server;
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
  const hosts = await Promise.all(texts.map(findServers));
  return hosts.flatMap((servers) => {
    if (typeof servers === 'string') throw new UsageError(servers);
    return servers;
  });
}

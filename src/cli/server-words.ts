/** Servers and times as commands are given them. */

import { lookup } from 'node:dns/promises';
import { readFileSync } from 'node:fs';
import { parseDuration } from '../clock.ts';
import { isEncrypted, parseEncrypted } from '../config/encrypted-server.ts';
import { findServers, parseServer } from '../diagnose/host-addresses.ts';
import type { AskedServer } from '../diagnose/server.ts';
import type { Endpoint } from '../net/address.ts';
import { UsageError } from './command.ts';

const MAX_TIMEOUT_MS = 60_000;

/** An address with a port, or with that of DNS; `option` is named when it is none. */
export function readServer(text: string, option = ''): Endpoint {
  const server = parseServer(text);
  if (typeof server === 'string') throw new UsageError(option + server);
  return server;
}

/** The same, or `tls://…` or `https://…`: a host name stands for all of its addresses. */
export async function readAskedServers(text: string, option: string): Promise<AskedServer[]> {
  if (!isEncrypted(text)) return [readServer(text, option)];
  const server = parseEncrypted(text);
  if (typeof server === 'string') throw new UsageError(`${option}${text}: ${server}`);
  const { encryption } = server;
  if (server.kind === 'server') return [{ ...server.endpoint, encryption }];
  const { host, port } = server;
  const found = await lookup(host, { all: true }).catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(`${option}${text}: ${error.code}; expect a name that has an address`);
  });
  return found.map(({ address }) => ({ address, port, encryption }));
}

/** The text of `--ca`: certificates in PEM. */
export function readAuthorities(file: string): string {
  try {
    const text = readFileSync(file, 'utf8');
    if (text.includes('-----BEGIN CERTIFICATE-----')) return text;
  } catch (error) {
    throw new UsageError(`--ca ${file}: ${(error as Error).message}`);
  }
  throw new UsageError(`--ca ${file}: there is no certificate in it; expect PEM`);
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

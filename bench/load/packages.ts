/** The programs of others: where they are, and Debian's packages of those that are missing. */

import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { run } from './run.ts';

/** Name servers that rcode5 is measured against. */
export const PEERS = ['dnsdist', 'unbound', 'bind', 'dnsmasq'] as const;
export type Peer = (typeof PEERS)[number];

interface Package {
  readonly program: string;
  readonly debian: string;
  /** Arguments with which it tells its version. */
  readonly version: readonly string[];
}

const PACKAGES: Readonly<Record<Peer | 'nsd' | 'dnsperf' | 'ip' | 'h2load' | 'chromium', Package>> =
  {
    dnsdist: { program: 'dnsdist', debian: 'dnsdist', version: ['--version'] },
    unbound: { program: 'unbound', debian: 'unbound', version: ['-V'] },
    bind: { program: 'named', debian: 'bind9', version: ['-v'] },
    dnsmasq: { program: 'dnsmasq', debian: 'dnsmasq-base', version: ['-v'] },
    nsd: { program: 'nsd', debian: 'nsd', version: ['-v'] },
    ip: { program: 'ip', debian: 'iproute2', version: ['-V'] },
    chromium: { program: 'chromium', debian: 'chromium', version: ['--version'] },
    h2load: { program: 'h2load', debian: 'nghttp2-client', version: ['--version'] },
    // It tells its version whatever is wrong with its arguments.
    dnsperf: { program: 'dnsperf', debian: 'dnsperf', version: ['-h'] },
  };

export type ProgramName = keyof typeof PACKAGES;

/** Where daemons are, also for those who have no such path. */
const SYSTEM_FOLDERS: readonly string[] = ['/usr/local/sbin', '/usr/sbin', '/sbin'];

/** Where each program is installed. */
export type Programs = ReadonlyMap<ProgramName, string>;

/** Finds programs, and installs the packages of those that are missing when that is allowed. */
export async function findPrograms(names: readonly ProgramName[]): Promise<Programs> {
  const missing = names.filter((name) => find(PACKAGES[name].program) === undefined);
  if (missing.length > 0 && process.getuid?.() === 0 && find('apt-get') !== undefined) {
    await install(missing.map((name) => PACKAGES[name].debian));
  }
  const found = names.map((name) => [name, find(PACKAGES[name].program)] as const);
  return new Map(found.flatMap(([name, file]) => (file === undefined ? [] : [[name, file]])));
}

/** The line in which a program tells its version. */
export async function versionOf(name: ProgramName, file: string): Promise<string> {
  const { output } = await run(file, PACKAGES[name].version);
  const lines = output.split('\n');
  return (lines.find((line) => /\d+\.\d+/.test(line)) ?? lines[0] ?? '').trim();
}

/** The packages must not start services: theirs is not the configuration that is measured. */
async function install(packages: readonly string[]): Promise<void> {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
  console.error(`installing ${packages.join(', ')}`);
  await run('apt-get', ['update', '-qq'], env);
  const args = ['install', '-y', '-qq', '--no-install-recommends', ...packages];
  const { ok, output } = await run('apt-get', args, env);
  if (!ok) console.error(output.trim());
}

function find(program: string): string | undefined {
  const path = process.env['PATH']?.split(delimiter) ?? [];
  return [...path, ...SYSTEM_FOLDERS].map((folder) => join(folder, program)).find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** The little internet of the matrix: a root that answers, and servers behind that refuse. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findPort, startBind, startNsd, whenAnswering } from '../peers.ts';
import { findProgram, makeFolder, Program } from '../processes.ts';

export const SOA = '@ SOA ns.root. hostmaster.root. 1 3600 600 86400 60';
const NAMES = ['www', 'blocked', 'other', 'third', 'fourth', 'dropped', 'listed', 'typed', 'rate'];
/** Names of these zones exist, so that only a policy can be about them. */
const ZONES = ['example', 'house.example', 'behind.example', 'dead.example', 'corp.example'];

const ROOT = `$TTL 300
${SOA}
@ NS ns.root.
ns.root. A 127.0.0.1
example. A 192.0.2.9
${ZONES.flatMap((zone) => NAMES.map((name) => `${name}.${zone}. A 192.0.2.1\n${name}.${zone}. TXT "x"`)).join('\n')}
`;

/** What the servers that hold a zone hold. */
export const CORP = `$TTL 300
${SOA}
@ NS ns.root.
www A 192.0.2.7
www TXT "x"
other A 192.0.2.8
`;

/** A server that answers everything of the matrix. */
export async function startRoot(): Promise<number> {
  return (await startNsd('.', ROOT)).port;
}

/** BIND that lets nobody ask, and says so. */
export async function startStrict(): Promise<number> {
  const peer = await startBind({ options: 'allow-query { none; }; server-id "strict";' });
  return peer.port;
}

/** A file beside the configuration, which may have to know where it is. */
export type FileText = string | ((folder: string, port: number) => string);

/** Starts a program with a configuration file, and waits until it answers. */
export async function startWith(
  command: string,
  args: (file: string, folder: string) => readonly string[],
  text: (port: number, folder: string) => string,
  files: Readonly<Record<string, FileText>> = {},
): Promise<number> {
  const folder = makeFolder();
  const port = await findPort();
  const config = join(folder, 'server.conf');
  for (const [name, content] of Object.entries(files)) {
    const written = typeof content === 'string' ? content : content(folder, port);
    writeFileSync(join(folder, name), written);
  }
  writeFileSync(config, text(port, folder));
  const program = new Program(findProgram(command)!, args(config, folder), folder);
  return (await whenAnswering(program, port)).port;
}

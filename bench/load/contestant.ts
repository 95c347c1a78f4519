/** A name server that takes part in a work, and its start. */

import { rmSync } from 'node:fs';
import { type Bench, makeFolder } from './bench.ts';
import type { Load } from './dnsperf.ts';
import { type Question, untilAnswered } from './first-answer.ts';
import type { Peer } from './packages.ts';
import { findPort } from './port.ts';
import { Program } from './program.ts';

/** Where a contestant runs. */
export interface Site {
  readonly folder: string;
  /** Where it serves, on 127.0.0.1. */
  readonly port: number;
  /** Where it serves by TLS, when it does. */
  readonly secure?: number;
  /** The port of its upstream on 127.0.0.1; nobody listens there when the work has none. */
  readonly upstream: number;
  /** The program that it is. */
  readonly program: string;
  /** For rcode5: the file that its program is started with; that of this build when left out. */
  readonly main?: string | undefined;
}

export interface Contestant {
  readonly label: string;
  /** Undefined for rcode5. */
  readonly peer: Peer | undefined;
  /** Writes its configuration and gives the command that serves by it. */
  readonly configure: (site: Site) => readonly string[];
  /** The file in its folder that must have a line for each logged query. */
  readonly log?: string | undefined;
  /** What it is asked, when it is not asked what all others are. */
  readonly load?: Load;
  /** Set for the build of another commit: the label of this build's contestant. */
  readonly besides?: string;
  /** When it does not run on the server's core alone. */
  readonly cores?: string;
}

/** A contestant that runs. */
export interface Running {
  readonly program: Program;
  readonly port: number;
  readonly secure?: number;
  readonly folder: string;
  /** Milliseconds from its start to its first right answer. */
  readonly startMs: number;
}

/** What stands in a port's place where nobody is asked. */
const DISCARD_PORT = 9;

/** Whether its program is here. */
export function isInstalled({ peer }: Contestant, { programs }: Bench): boolean {
  return peer === undefined || programs.has(peer);
}

/** Those who were asked for with --peers, and rcode5, each with the build of --against behind it. */
export function entrants(contestants: readonly Contestant[], bench: Bench): Contestant[] {
  const { options, otherBuild } = bench;
  return contestants.flatMap((one) => {
    if (one.peer !== undefined) return options.peers.includes(one.peer) ? [one] : [];
    if (otherBuild === undefined) return [one];
    return [one, { ...one, label: `${one.label}, ${otherBuild.commit}`, besides: one.label }];
  });
}

/** Starts a contestant; resolves when it gives the right answer. */
export async function start(
  contestant: Contestant,
  bench: Bench,
  { question, upstream = DISCARD_PORT }: { question: Question; upstream?: number | undefined },
): Promise<Running> {
  const { peer, besides } = contestant;
  const main = besides === undefined ? undefined : bench.otherBuild?.main;
  const folder = makeFolder(bench, peer ?? 'rcode5');
  const port = await findPort();
  const secure = await findPort();
  const executable = peer === undefined ? process.execPath : bench.programs.get(peer)!;
  const site = { folder, port, secure, upstream, program: executable, main };
  const command = contestant.configure(site);
  const cores = contestant.cores ?? bench.cores.server;
  const begin = performance.now();
  const program = new Program(command, { cores, folder });
  try {
    await untilAnswered(question, { program, port });
  } catch (error) {
    await program.stop();
    throw error;
  }
  return { program, port, secure, folder, startMs: performance.now() - begin };
}

/** Ends it and removes its folder. */
export async function stop({ program, folder }: Running): Promise<void> {
  await program.stop();
  rmSync(folder, { recursive: true, force: true });
}

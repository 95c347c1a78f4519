/** The program under test, as an operator runs it. */

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { WrittenRecord } from '../world/written-record.ts';
import { makeFolder, Program } from './processes.ts';

export const ROOT: string = join(import.meta.dirname, '..', '..');
/** What Node runs: of this tree, or of another build that is compared with it. */
export const RCODE5: string = process.env['RCODE5_MAIN'] ?? join(ROOT, 'src', 'cli', 'main.ts');

/** Where it is set, all datagrams are served so: `npm run test:portable` sets 0. */
const { RCODE5_TEST_THREADS: THREADS } = process.env;

/** What a configuration has when a test does not care: free ports, a log file, one data thread. */
const USUAL: Readonly<Record<string, string>> = {
  listen: '["127.0.0.1:0"]',
  admin: '{ listen: "127.0.0.1:0" }',
  upstreams: '{ default: { servers: ["127.0.0.1:1"], timeout: 300ms, attempts: 1 } }',
  decisionLog: '{ to: decisions.log }',
  threads: THREADS ?? '1',
};

/** A configuration in a folder of its own. */
export class Site {
  readonly folder: string = makeFolder();
  readonly config: string = join(this.folder, 'site.yaml');
  readonly log: string = join(this.folder, 'decisions.log');

  /** `text` is the configuration; what it leaves out that every test needs comes after it. */
  constructor(text: string, files: Readonly<Record<string, string>> = {}) {
    for (const [name, content] of Object.entries(files)) this.write(name, content);
    this.configure(text);
  }

  configure(text: string): void {
    const usual = Object.entries(USUAL).filter(([key]) => !new RegExp(`^${key}:`, 'm').test(text));
    const lines = usual.map(([key, value]) => `${key}: ${value}\n`);
    this.write('site.yaml', `${text.trimEnd()}\n${lines.join('')}`);
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  write(name: string, content: string): void {
    writeFileSync(this.path(name), content);
  }

  /** The line of the configuration, or of another file, that begins with this text. */
  lineOf(text: string, name: string = 'site.yaml'): number {
    const lines = readFileSync(this.path(name), 'utf8').split('\n');
    const found = lines.flatMap((line, i) => (line.trimStart().startsWith(text) ? [i + 1] : []));
    if (found.length !== 1) throw new Error(`${found.length} lines begin with ${text}; expect one`);
    return found[0]!;
  }

  /** Every line of the log, which must be whole. */
  records(file: string = this.log): WrittenRecord[] {
    const text = readFileSync(file, 'utf8');
    if (text !== '' && !text.endsWith('\n')) throw new Error('the last line is not whole');
    return text
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line));
  }
}

/** A forwarder that runs. */
export interface Rcode5 {
  readonly site: Site;
  readonly program: Program;
  /** Where it answers, on 127.0.0.1. */
  readonly port: number;
  /** The URL of its admin HTTP. */
  readonly admin: string;
}

/** Runs a command of the program. */
export function spawnRcode5(args: readonly string[], folder: string = ROOT): Program {
  return new Program(process.execPath, [RCODE5, ...args], folder);
}

/** A free port by TCP may have been taken by UDP meanwhile. */
const TAKEN = /cannot listen on [^ ]+: the address is in use/;

/**
 * Serves a site; resolves when it says that it is ready. With a `script`, a shell runs that,
 * and the program is its `"$@"`.
 */
export async function serve(
  site: Site,
  options: readonly string[] = [],
  script?: string,
  mayTryAgain = true,
): Promise<Rcode5> {
  const args = ['serve', '-c', site.config, ...options];
  const program =
    script === undefined
      ? spawnRcode5(args)
      : new Program('sh', ['-c', script, 'sh', process.execPath, RCODE5, ...args], ROOT);
  // The ports are free ones: only the program can tell them.
  const said = await program.says(/admin HTTP on |cannot listen on /);
  if (TAKEN.test(said) && mayTryAgain) return serve(site, options, script, false);
  if (!said.includes('admin HTTP on')) throw new Error(said);
  const port = Number(/listening on 127\.0\.0\.1:(\d+)/.exec(said)?.[1]);
  const admin = /admin HTTP on (http:[^"]+)/.exec(said)![1]!;
  await program.until('readiness', () => isReady(admin));
  return { site, program, port, admin };
}

async function isReady(admin: string): Promise<true | undefined> {
  const { status } = await fetch(`${admin}/readyz`);
  return status === 200 ? true : undefined;
}

/** One series of a metric, with its labels as they stand in the text. */
export interface Sample {
  readonly labels: string;
  readonly value: number;
}

/** The series of a metric, as a scrape shows them. */
export async function scrape({ admin }: Rcode5, metric: string): Promise<Sample[]> {
  const text = await (await fetch(`${admin}/metrics`)).text();
  const series = text.matchAll(new RegExp(`^${metric}(?:{(.*)})? ([0-9.e+]+)$`, 'gm'));
  return [...series].map(([, labels = '', value]) => ({ labels, value: Number(value) }));
}

/** The sum of a metric's series. */
export async function sumOf(server: Rcode5, metric: string): Promise<number> {
  const samples = await scrape(server, metric);
  return samples.reduce((sum, { value }) => sum + value, 0);
}

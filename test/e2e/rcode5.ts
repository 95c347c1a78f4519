/** The program under test, as an operator runs it. */

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder, Program } from './processes.ts';

const ROOT: string = join(import.meta.dirname, '..', '..');
const MAIN: string = join(ROOT, 'src', 'cli', 'main.ts');

/** What a configuration has when a test does not care: free ports, a log file. */
const USUAL: Readonly<Record<string, string>> = {
  listen: '["127.0.0.1:0"]',
  admin: '{ listen: "127.0.0.1:0" }',
  upstreams: '{ default: { servers: ["127.0.0.1:1"], timeout: 300ms, attempts: 1 } }',
  decisionLog: '{ to: decisions.log }',
};

/** The parts of a decision record that tests look at; see the list of fields. */
export interface DecisionRecord {
  readonly event: string;
  readonly client: string;
  readonly port: number;
  readonly transport: string;
  readonly id: number;
  readonly qname?: string;
  readonly qtype?: string;
  readonly rcode?: string;
  readonly layer: string;
  readonly origin: string;
  readonly policy: string;
  readonly rule: {
    readonly id: string;
    readonly file: string;
    readonly line: number;
    readonly implicit: boolean;
    readonly owner?: string;
    readonly reason?: string;
  };
  readonly ede?: readonly number[];
  readonly upstream?: {
    readonly address: string;
    readonly aa: boolean;
    readonly ra: boolean;
    readonly ede: readonly { readonly code: number; readonly text: string }[];
    readonly verdict: string;
  };
}

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

  write(name: string, content: string): void {
    writeFileSync(join(this.folder, name), content);
  }

  /** The line of the configuration that has this text, counted from 1. */
  lineOf(text: string): number {
    const lines = readFileSync(this.config, 'utf8').split('\n');
    const found = lines.flatMap((line, i) => (line.includes(text) ? [i + 1] : []));
    if (found.length !== 1) throw new Error(`${found.length} lines have ${text}; expect one`);
    return found[0]!;
  }

  /** Every line of the log, which must be whole. */
  records(file: string = this.log): DecisionRecord[] {
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
  return new Program(process.execPath, [MAIN, ...args], folder);
}

/** Serves a site; resolves when it says that it is ready. */
export async function serve(site: Site): Promise<Rcode5> {
  const program = spawnRcode5(['serve', '-c', site.config]);
  // The ports are free ones: only the program can tell them.
  const port = program.until('its port', () =>
    /listening on 127\.0\.0\.1:(\d+)/.exec(program.stderr)?.at(1),
  );
  const admin = await program.until('its admin HTTP', () =>
    /admin HTTP on (http:[^"]+)/.exec(program.stderr)?.at(1),
  );
  await program.until('readiness', () => isReady(admin));
  return { site, program, port: Number(await port), admin };
}

async function isReady(admin: string): Promise<true | undefined> {
  const { status } = await fetch(`${admin}/readyz`);
  return status === 200 ? true : undefined;
}

/** The sum of a metric's series. */
export async function sumOf({ admin }: Rcode5, metric: string): Promise<number> {
  const text = await (await fetch(`${admin}/metrics`)).text();
  const series = text.split('\n').filter((line) => line.replace(/[{ ].*/, '') === metric);
  return series.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
}

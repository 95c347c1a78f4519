/** Decision logs in files of their own, and the `log` command on streams. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import type { Shown } from '../../../src/cli/display.ts';
import { parseRequest, showLogs } from '../../../src/cli/logs/log.ts';

export const NOW = Date.UTC(2026, 10, 20, 23);
const NEVER = new AbortController().signal;

/** Gives each test of a describe an empty directory. */
export function useDirectory(): void {
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'rcode5-log-'));
  });
  afterEach(() => rmSync(directory, { recursive: true }));
}

let directory = '';

/** A path in the directory of the test. */
export function pathOf(name: string): string {
  return join(directory, name);
}

/** The line of a record, as a server writes it. */
export function line(ref: string, fields: object = {}): string {
  const record = {
    level: 40,
    time: '2026-11-20T22:59:00.123Z',
    event: 'refused',
    ref,
    client: '10.21.5.18',
    group: 'vpn',
    qname: 'www.example.com.',
    qtype: 'A',
    rcode: 'REFUSED',
    layer: 'acl',
    rule: { id: 'acl.query 0.0.0.0/0', file: 'config/site.yaml', line: 42, implicit: false },
  };
  return `${JSON.stringify({ ...record, ...fields })}\n`;
}

/** A file in the directory of the test. */
export function file(name: string, ...contents: (string | Buffer)[]): string {
  const path = pathOf(name);
  writeFileSync(path, Buffer.concat(contents.map((content) => Buffer.from(content))));
  return path;
}

/** Keeps what is written, and tells when a text has come. */
export class Sink extends Writable {
  text = '';
  #waiting: (() => void)[] = [];

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk;
    for (const look of this.#waiting.splice(0)) look();
    done();
  }

  async has(text: string): Promise<void> {
    while (!this.text.includes(text)) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }
}

/** A terminal of this many columns, with colours or without. */
export class Terminal extends Sink {
  readonly isTTY = true;
  readonly columns: number;
  readonly #depth: number;

  constructor(columns: number, depth = 1) {
    super();
    this.columns = columns;
    this.#depth = depth;
  }

  getColorDepth(): number {
    return this.#depth;
  }
}

interface Options {
  readonly stdin?: Readable;
  readonly stdout?: Writable & Shown;
  readonly stop?: AbortSignal;
}

/** The command on streams of the test. */
export function start(args: readonly string[], options: Options = {}) {
  const { stdin = Readable.from([]), stop = NEVER } = options;
  // Tests that name no zone must not depend on that of the host.
  const zone = args.includes('--timezone') ? [] : ['--utc'];
  const out = new Sink();
  const err = new Sink();
  const streams = { stdin, stdout: options.stdout ?? out, stderr: err };
  return { out, err, exit: showLogs(parseRequest([...zone, ...args], NOW), streams, stop) };
}

/** The command, to its end. */
export async function run(args: readonly string[], options: Options = {}) {
  const { out, err, exit } = start(args, options);
  return { exit: await exit, out: out.text, err: err.text };
}

/** The refs that JSON lines tell, in order. */
export function refs(out: string): string[] {
  const lines = out.split('\n').slice(0, -1);
  return lines.map((one) => JSON.parse(one).ref);
}

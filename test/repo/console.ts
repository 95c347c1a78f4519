/**
 * The commands that pages show, run.
 *
 * A ```console block has commands behind `$ `, and below each what it prints. In that, `…` stands
 * for any text, and in a line of its own for any lines. A command that is not `rcode5` is not run.
 * A ```yaml block that begins with the comment `# NAME.yaml` is a file that commands can name, and
 * a ```text block that begins with one like `; NAME.rpz` a file that configurations can.
 */

import { execFile } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { type Printed, runProgram } from '../world/run-program.ts';
import type { Block } from './markdown.ts';

/** A command and what a page says that it prints. */
export interface Transcript {
  readonly file: string;
  readonly line: number;
  readonly command: string;
  readonly shown: string;
}

const BY_NPM = /\bnpm run -s rcode5 --(?= |$)/g;

/** The commands of ours of the console blocks among `blocks`. */
export function transcriptsOf(blocks: readonly Block[]): Transcript[] {
  return blocks
    .filter(({ language }) => language === 'console')
    .flatMap(commandsOf)
    .filter(({ command }) => /\brcode5 /.test(command));
}

/** All commands of a block, whosever they are. */
export function commandsOf({ file, line, text }: Block): Transcript[] {
  const [, ...parts] = `\n${text.replaceAll('\\\n', '')}`.split(/^\$ /m);
  return parts.map((part) => {
    const [words = '', ...output] = part.split('\n');
    const command = words.replaceAll(BY_NPM, 'rcode5');
    return { file, line, command, shown: output.join('\n').trimEnd() };
  });
}

/** The name that a block gives itself as a file. */
export function fileNameOf({ language, text }: Block): string | undefined {
  if (language === 'yaml') return /^# ([\w-]+\.yaml)\n/.exec(text)?.[1];
  return language === 'text' ? /^(?:[#;!]|--) ([\w-]+\.[a-z]+)\n/.exec(text)?.[1] : undefined;
}

/** Whether the output is what a page shows of it. */
export function isAsShown(shown: string, output: string): boolean {
  const lines = shown.split('\n').map((line) => {
    if (line === '…') return '(?:.*\\n)*?';
    const parts = line.split('…').map((part) => part.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
    return `${parts.join('.*?')}\\n`;
  });
  return new RegExp(`^${lines.join('')}$`).test(`${output.trimEnd()}\n`);
}

/**
 * Runs commands where the files of `blocks` stand. Returns what each printed, by command.
 * `stop` ends the run before the next command.
 */
export async function runCommands(
  commands: readonly string[],
  blocks: readonly Block[],
  stop: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  const folder = furnish(blocks);
  const outputs = new Map<string, string>();
  const spawned = commands
    .filter((command) => partsOf(command) === undefined)
    .map(async (command) => outputs.set(command, await runInShell(command, folder)));
  try {
    const run = createPipes(folder);
    for (const command of commands) {
      stop.throwIfAborted();
      const parts = partsOf(command);
      if (parts !== undefined) outputs.set(command, await run(parts));
    }
  } finally {
    await Promise.all(spawned);
    rmSync(folder, { recursive: true });
  }
  return outputs;
}

/** Makes a folder with `config/`, the files that pages show, and `rcode5` in `bin/`. */
export function furnish(blocks: readonly Block[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'rcode5-docs-'));
  symlinkSync(resolve('config'), join(folder, 'config'));
  for (const block of blocks) {
    const name = fileNameOf(block);
    if (name !== undefined) writeFileSync(join(folder, name), block.text);
  }
  mkdirSync(join(folder, 'bin'));
  const program = join(folder, 'bin/rcode5');
  writeFileSync(
    program,
    `#!/bin/sh\nexec "${process.execPath}" "${resolve('src/cli/main.ts')}" "$@"\n`,
  );
  chmodSync(program, 0o755);
  return folder;
}

/** What a command prints: in this process, when it needs no shell. */
export function runCommand(command: string, folder: string): Promise<string> {
  const parts = partsOf(command);
  return parts === undefined ? runInShell(command, folder) : createPipes(folder)(parts);
}

/** The arguments of each command of a pipe; undefined when it takes a shell, or a command of others. */
function partsOf(line: string): (readonly string[])[] | undefined {
  const parts = line.split(' | ').map((part) => part.split(' '));
  const isOurs = ([program]: readonly string[]) => program === 'rcode5';
  return /^[\w ./:,+|-]+$/.test(line) && parts.every(isOurs)
    ? parts.map(([, ...args]) => args)
    : undefined;
}

/** Runs pipes in this process; what begins many of them runs once. Returns what is printed. */
function createPipes(folder: string): (parts: readonly (readonly string[])[]) => Promise<string> {
  const first = new Map<string, Printed>();
  return async (parts) => {
    const [begin = [], ...others] = parts;
    const printed = first.get(begin.join(' ')) ?? (await runProgram(begin, { folder }));
    if (others.length > 0) first.set(begin.join(' '), printed);
    let { stdout, stderr } = printed;
    for (const args of others) {
      const next = await runProgram(args, { input: stdout, folder });
      stdout = next.stdout;
      stderr += next.stderr;
    }
    return stripVTControlCharacters(stdout + stderr);
  };
}

/** What a command prints where `rcode5` is the program under test. */
export function runInShell(command: string, cwd: string): Promise<string> {
  const environment = {
    ...process.env,
    TZ: 'UTC',
    PATH: `${cwd}/bin:${process.env['PATH']}`,
  };
  return new Promise((done) => {
    // A command may well fail: what it then says is what the page shows.
    execFile('sh', ['-c', `(${command}) 2>&1`], { cwd, env: environment }, (_error, stdout) => {
      done(stdout);
    });
  });
}

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

/** What Node runs: the sources, or what was built of them. */
const PROGRAM = process.env['RCODE5_MAIN'] ?? 'src/cli/main.ts';
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
    .filter((command) => pipeOf(command) === undefined)
    .map(async (command) => outputs.set(command, await runInShell(command, folder)));
  try {
    const run = createPipes(folder);
    for (const command of commands) {
      stop.throwIfAborted();
      const pipe = pipeOf(command);
      if (pipe !== undefined) outputs.set(command, await run(pipe));
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
  writeFileSync(program, `#!/bin/sh\nexec "${process.execPath}" "${resolve(PROGRAM)}" "$@"\n`);
  chmodSync(program, 0o755);
  return folder;
}

/** What a command prints: in this process, when it needs no shell. */
export function runCommand(command: string, folder: string): Promise<string> {
  const pipe = pipeOf(command);
  return pipe === undefined ? runInShell(command, folder) : createPipes(folder)(pipe);
}

/** A pipe that begins with commands of ours, and what the shell makes of their output. */
interface Pipe {
  readonly ours: readonly (readonly string[])[];
  readonly rest: string;
}

/** undefined when a command of ours takes a shell, or does not come first. */
function pipeOf(line: string): Pipe | undefined {
  const parts = line.split(' | ');
  const isPlain = (part: string) => /^rcode5 [\w ./:,+-]+$/.test(part);
  const end = parts.findIndex((part) => !isPlain(part));
  const ours = end < 0 ? parts : parts.slice(0, end);
  const rest = parts.slice(ours.length).join(' | ');
  if (ours.length === 0 || /\brcode5 |[\\`;&]/.test(rest)) return undefined;
  return { ours: ours.map((part) => part.split(' ').slice(1)), rest };
}

/** Runs pipes, ours in this process; what begins many of them runs once. Returns what is printed. */
function createPipes(folder: string): (pipe: Pipe) => Promise<string> {
  const first = new Map<string, Printed>();
  return async ({ ours, rest }) => {
    const [begin = [], ...others] = ours;
    const printed = first.get(begin.join(' ')) ?? (await runProgram(begin, { folder }));
    if (others.length > 0) first.set(begin.join(' '), printed);
    let { stdout, stderr } = printed;
    for (const args of others) {
      const next = await runProgram(args, { input: stdout, folder });
      stdout = next.stdout;
      stderr += next.stderr;
    }
    if (rest !== '') stdout = await runInShell(rest, folder, stdout);
    return stripVTControlCharacters(stdout + stderr);
  };
}

/** What a command prints where `rcode5` is the program under test. */
export function runInShell(command: string, cwd: string, input = ''): Promise<string> {
  const environment = {
    ...process.env,
    TZ: 'UTC',
    PATH: `${cwd}/bin:${process.env['PATH']}`,
  };
  return new Promise((done) => {
    const args = ['-c', `(${command}) 2>&1`];
    // A command may well fail: what it then says is what the page shows.
    const shell = execFile('sh', args, { cwd, env: environment }, (_error, stdout) => done(stdout));
    // Who needs no more, like head, ends before it has read all.
    shell.stdin!.on('error', () => {}).end(input);
  });
}

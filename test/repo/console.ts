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
import { check } from '../../src/cli/check.ts';
import type { Command } from '../../src/cli/command.ts';
import { explain } from '../../src/cli/explain.ts';
import { test } from '../../src/cli/test.ts';
import type { Block } from './markdown.ts';

/** A command and what a page says that it prints. */
export interface Transcript {
  readonly file: string;
  readonly line: number;
  readonly command: string;
  readonly shown: string;
}

/** Commands that run in this process, which takes a hundredth of the time. */
const WITHIN: readonly Command[] = [check, explain, test];
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
  return language === 'text' ? /^[#;!] ([\w-]+\.[a-z]+)\n/.exec(text)?.[1] : undefined;
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

/** Runs commands where the files of `blocks` stand. Returns what each printed, by command. */
export async function runCommands(
  commands: readonly string[],
  blocks: readonly Block[],
): Promise<ReadonlyMap<string, string>> {
  const before = process.cwd();
  const folder = furnish(blocks);
  try {
    process.chdir(folder);
    const outputs = new Map<string, string>();
    const spawned = commands
      .filter((command) => commandWithin(command) === undefined)
      .map(async (command) => outputs.set(command, await runInShell(command, folder)));
    for (const command of commands) {
      // What a command says of an error, the program around it says: that takes a process.
      const output = await commandWithin(command)?.().catch(() => runInShell(command, folder));
      if (output !== undefined) outputs.set(command, output);
    }
    await Promise.all(spawned);
    return outputs;
  } finally {
    process.chdir(before);
    rmSync(folder, { recursive: true });
  }
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

/** The command as a call; undefined when it takes a shell, or is one that we do not call. */
function commandWithin(line: string): (() => Promise<string>) | undefined {
  if (!/^[\w ./:-]+$/.test(line)) return undefined;
  const [program, name, ...args] = line.split(' ');
  const command = program === 'rcode5' ? WITHIN.find((one) => one.name === name) : undefined;
  return command === undefined ? undefined : () => captureStdout(() => command.run(args));
}

async function captureStdout(run: () => Promise<unknown>): Promise<string> {
  const { write } = process.stdout;
  let text = '';
  process.stdout.write = (chunk: string | Uint8Array) => {
    text += chunk;
    return true;
  };
  try {
    await run();
  } finally {
    process.stdout.write = write;
  }
  return stripVTControlCharacters(text);
}

/** What a command prints where `rcode5` is the program under test. */
export function runInShell(command: string, cwd: string): Promise<string> {
  const environment = { ...process.env, PATH: `${cwd}/bin:${process.env['PATH']}` };
  return new Promise((done) => {
    // A command may well fail: what it then says is what the page shows.
    execFile('sh', ['-c', `(${command}) 2>&1`], { cwd, env: environment }, (_error, stdout) => {
      done(stdout);
    });
  });
}

/** The command line: one file for each command. */

import { ConfigError } from '../config/problem.ts';
import { VERSION } from '../version.ts';
import { check } from './check.ts';
import { type Command, Exit, UsageError } from './command.ts';
import { demo } from './demo.ts';
import { diagnose } from './diagnose.ts';
import { diff } from './diff.ts';
import { explain } from './explain.ts';
import { log } from './log.ts';
import { reload } from './reload.ts';
import { report } from './report.ts';
import { serve } from './serve.ts';
import { status } from './status.ts';
import { test } from './test.ts';

const COMMANDS: readonly Command[] = [
  serve,
  check,
  explain,
  diff,
  test,
  diagnose,
  log,
  report,
  status,
  reload,
  demo,
];

const HELP = ['--help', '-h', 'help'];

function usage(commands: readonly Command[] = COMMANDS): string {
  const lines = commands.map(
    ({ name, synopsis, about }) => `  ${name} ${synopsis}\n      ${about}`,
  );
  return `rcode5 ${VERSION}: a DNS forwarder that says which layer refused\n\n${lines.join('\n')}\n`;
}

async function main(args: readonly string[]): Promise<Exit> {
  const [name = '--help', ...rest] = args;
  if (HELP.includes(name) && rest.length === 0) {
    process.stdout.write(usage());
    return Exit.OK;
  }
  if (name === '--version') {
    process.stdout.write(`${VERSION}\n`);
    return Exit.OK;
  }
  const called = HELP.includes(name) ? rest[0] : name;
  const command = COMMANDS.find((one) => one.name === called);
  if (command === undefined) throw new UsageError(`there is no command ${called}\n\n${usage()}`);
  if (called !== name || rest.some((word) => word === '--help' || word === '-h')) {
    process.stdout.write(usage([command]));
    return Exit.OK;
  }
  return runCommand(command, rest);
}

async function runCommand(command: Command, args: readonly string[]): Promise<Exit> {
  try {
    return await command.run(args);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (!(error instanceof UsageError) && !code?.startsWith('ERR_PARSE_ARGS')) throw error;
    throw new UsageError(
      `${(error as Error).message}\nusage: rcode5 ${command.name} ${command.synopsis}`,
    );
  }
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof UsageError) && !(error instanceof ConfigError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = Exit.UNUSABLE;
}

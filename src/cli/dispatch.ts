/** From the arguments of the program to the command that they call. */

import { ConfigError } from '../config/problem.ts';
import { VERSION } from '../version.ts';
import { checkArguments } from './arguments.ts';
import { type Command, Exit, UsageError } from './command.ts';
import { describeOptions, formatSynopsis } from './options.ts';
import { suggest } from './suggestion.ts';

/** By their names, in the order of the usage. Only the code of the command that is called is loaded. */
export type Commands = ReadonlyMap<string, () => Promise<Command>>;

const USAGE_WIDTH = 120;
const HELP = ['--help', '-h', 'help'];
const SHOWS_VERSION = ['--version', '-V', 'version'];

async function usageOfAll(commands: Commands): Promise<string> {
  return usage(await Promise.all([...commands.values()].map((load) => load())));
}

function usage(commands: readonly Command[]): string {
  const lines = commands.map(
    ({ name, operands, options, about }) =>
      `  ${name} ${formatSynopsis(operands, options)}\n      ${about}`,
  );
  return `rcode5 ${VERSION}: a DNS forwarder that says which layer refused\n\n${lines.join('\n')}\n`;
}

/** One command, and a line for each of its options. */
function help(command: Command): string {
  const options = describeOptions(command.options).map((line) => `      ${line}\n`);
  return `${usage([command])}\n${options.join('')}`;
}

/** Runs the program with these arguments; arguments that cannot be used are reported on stderr. */
export async function runProgram(args: readonly string[], commands: Commands): Promise<Exit> {
  try {
    return await runArguments(args, commands);
  } catch (error) {
    if (!(error instanceof UsageError) && !(error instanceof ConfigError)) throw error;
    process.stderr.write(`${error.message}\n`);
    return Exit.UNUSABLE;
  }
}

async function runArguments(args: readonly string[], commands: Commands): Promise<Exit> {
  const [name = '--help', ...rest] = args;
  if (HELP.includes(name) && rest.length === 0) {
    process.stdout.write(await usageOfAll(commands));
    return Exit.OK;
  }
  if (SHOWS_VERSION.includes(name)) {
    process.stdout.write(`${VERSION}\n`);
    return Exit.OK;
  }
  const called = HELP.includes(name) ? rest[0] : name;
  const load = commands.get(called ?? '');
  if (load === undefined) throw new UsageError(unknownCommand(called ?? '', commands));
  const command = await load();
  if (called !== name || rest.some((word) => word === '--help' || word === '-h')) {
    process.stdout.write(help(command));
    return Exit.OK;
  }
  return runCommand(command, rest);
}

function unknownCommand(called: string, commands: Commands): string {
  if (called.startsWith('-')) {
    return `${called} stands where a command is expected; expect rcode5 COMMAND ${called}\nrcode5 --help lists the commands`;
  }
  const meant = suggest(called, [...commands.keys()]);
  const hint = meant === undefined ? '' : `; did you mean ${meant}?`;
  return `there is no command ${called}${hint}\nrcode5 --help lists the commands`;
}

async function runCommand(command: Command, args: readonly string[]): Promise<Exit> {
  try {
    checkArguments(args, command);
    return await command.run(args);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (!(error instanceof UsageError) && !code?.startsWith('ERR_PARSE_ARGS')) throw error;
    throw new UsageError(`${(error as Error).message}\n${usageLine(command)}`);
  }
}

/** A line that a terminal shows as one; more would hide what is wrong. */
function usageLine({ name, operands, options }: Command): string {
  const line = `usage: rcode5 ${name} ${formatSynopsis(operands, options)}`;
  return line.length <= USAGE_WIDTH ? line : `rcode5 ${name} --help lists its options`;
}

/** `import`: a configuration of ours from that of another server, and what it cannot say. */

import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { parseServer } from '../config/server-text.ts';
import { formatChanges } from '../diff/difference-text.ts';
import { readForeign } from '../foreign/problems.ts';
import { PROGRAMS, readForeignPolicy, recognise } from '../foreign/readers.ts';
import { type Command, Exit, UsageError } from './command.ts';
import { IMPORTED_FILE, type Imported, importPolicy } from './migrate/import.ts';
import { JSON_OPTION, type Options } from './options.ts';
import { FROM_OPTION, formatLeft } from './policy-source.ts';

const ASSERTIONS_FILE = 'assertions.yaml';
const LEFT_FILE = 'left.txt';

const OPTIONS = {
  from: FROM_OPTION,
  keep: {
    type: 'string',
    value: 'ADDR',
    default: '127.0.0.1:5353',
    about: 'where the old server will answer its own zones',
  },
  output: {
    type: 'string',
    short: 'o',
    value: 'DIR',
    about: `writes ${IMPORTED_FILE}, ${ASSERTIONS_FILE} and ${LEFT_FILE} there, in place of printing the first`,
  },
  json: JSON_OPTION,
} as const satisfies Options;

export const importCommand: Command = {
  name: 'import',
  operands: 'FILE',
  options: OPTIONS,
  about:
    'makes a configuration from that of another server, with assertions that hold its decisions, and lists what differs',
  async run(args) {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: OPTIONS,
    });
    const [file, more] = positionals;
    if (file === undefined || more !== undefined) {
      throw new UsageError('expect one configuration: files that it includes are read with it');
    }
    if (parseServer(values.keep)?.kind !== 'server') {
      throw new UsageError(`--keep ${values.keep}: expect an address like 127.0.0.1:5353`);
    }
    const imported = importPolicy(readOther(file, values.from), { file, keep: values.keep });
    const { changes, left, opened } = imported;
    const isEqual = changes.length === 0 && !left.some(({ decides }) => decides);
    if (values.output !== undefined) writeAll(values.output, imported);
    if (values.json) {
      const { text, assertions } = imported;
      const report = { equal: isEqual, opened: opened.length, changes, left, text, assertions };
      process.stdout.write(`${JSON.stringify(report)}\n`);
    } else if (values.output === undefined) {
      process.stdout.write(withAttention(imported, imported.text));
      process.stderr.write(summary(imported, isEqual));
    } else process.stdout.write(summary(imported, isEqual));
    return isEqual ? Exit.OK : Exit.NEGATIVE;
  },
};

function readOther(file: string, from: string | undefined) {
  if (from !== undefined && !PROGRAMS.includes(from)) {
    throw new UsageError(`--from ${from}: expect one of ${PROGRAMS.join(', ')}`);
  }
  const program = from ?? recognise(file);
  if (program === undefined) {
    const read = readForeign(file, 'a configuration');
    if ('problem' in read) throw new UsageError(read.problem);
    const expected = `the configuration of another server, or --from with one of ${PROGRAMS.join(', ')}`;
    throw new UsageError(`${file}: nobody knows what it is for; expect ${expected}`);
  }
  return readForeignPolicy(file, program);
}

function writeAll(folder: string, imported: Imported): void {
  mkdirSync(folder, { recursive: true });
  const text = `${imported.text}assertions: [${ASSERTIONS_FILE}]\n`;
  writeFileSync(join(folder, IMPORTED_FILE), withAttention(imported, text));
  for (const [path, content] of imported.files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  writeFileSync(join(folder, ASSERTIONS_FILE), imported.assertions);
  writeFileSync(join(folder, LEFT_FILE), leftText(imported));
}

/** Nobody is let in without a word about it, and that stands first. */
function withAttention(imported: Imported, text: string): string {
  const said = attention(imported);
  return said === '' ? text : `# ${said}${text}`;
}

/** A line, or nothing. */
function attention({ opened, left }: Imported): string {
  const unsure = left.filter(({ decides }) => decides).length;
  const parts = [
    ...(opened.length > 0
      ? [`${opened.length} changes serve clients whom the old server does not serve`]
      : []),
    ...(unsure > 0
      ? [`${unsure} statements are left out that may keep clients from being served`]
      : []),
  ];
  return parts.length === 0 ? '' : `ATTENTION: ${parts.join('; ')}: see what is left\n`;
}

function summary(imported: Imported, isEqual: boolean): string {
  const first = attention(imported);
  return isEqual ? `${first}all decisions are equal\n` : `${first}${leftText(imported)}`;
}

function leftText({ left, changes }: Imported): string {
  const lines = left.map((one) => `${formatLeft(one)}\n`).join('');
  return changes.length === 0 ? lines : `${lines}${formatChanges(changes)}`;
}

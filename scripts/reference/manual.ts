/** The manual: rcode5(1) from the commands' options, rcode5.yaml(5) from the schema of the configuration. */

import type { Command } from '../../src/cli/command.ts';
import { formatSynopsis, listOptions } from '../../src/cli/options.ts';
import { CONFIG } from '../../src/config/keys.ts';
import { VERSION } from '../../src/version.ts';
import { describeKey, keysOf } from './keys.ts';
import { entry, page, prose, section } from './roff.ts';

const EXITS: readonly (readonly [string, string])[] = [
  ['0', 'success, and what was looked for is so'],
  [
    '1',
    'success, and it is not so: a refusal was found, configurations differ, an assertion failed',
  ],
  ['2', 'the arguments, the configuration or a file cannot be used'],
];

/** rcode5(1). */
export function programPage(commands: readonly Command[]): string {
  return page('rcode5', 1, VERSION, [
    section('name', 'rcode5 \\- DNS forwarder that says which layer refused'),
    section('synopsis', '.B rcode5', '.I COMMAND', '[OPTION]...'),
    section(
      'description',
      prose(
        'A forwarder in front of resolvers. It applies access lists and policies of its own, forwards what is permitted, and writes one record for each REFUSED that a client gets: its layer, its rule with file and line, its evidence.',
      ),
    ),
    section('commands', ...commands.map(describeCommand)),
    section(
      'environment',
      entry('RCODE5_CONFIG', ['the configuration that commands read without `-c`']),
      entry('NO_COLOR', ['set: no colours on a terminal']),
    ),
    section(
      'files',
      entry('/etc/rcode5/rcode5.yaml', [
        'the configuration that commands read without `-c` and `RCODE5_CONFIG`',
      ]),
    ),
    section('exit status', ...EXITS.map(([code, meaning]) => entry(code, [meaning]))),
    section('see also', '.BR rcode5.yaml (5),', '.BR dig (1)'),
  ]);
}

function describeCommand({ name, operands, options, about }: Command): string {
  return [
    `.SS ${name}`,
    `\\fBrcode5 ${name}\\fR ${prose(formatSynopsis(operands, options))}`,
    '.PP',
    `${prose(about)}.`,
    ...listOptions(options).map(([option, meaning]) => entry(option, [meaning])),
  ].join('\n');
}

/** rcode5.yaml(5). */
export function configurationPage(): string {
  const keys = keysOf(CONFIG).map(({ path, key }) => {
    const [takes = '', otherwise = '', about = ''] = describeKey(key);
    const fallback = otherwise === '**required**' ? 'Required.' : `Default: ${otherwise}.`;
    return entry(path, [about, `Takes ${takes}. ${fallback}`]);
  });
  return page('rcode5.yaml', 5, VERSION, [
    section('name', 'rcode5.yaml \\- configuration of rcode5(1)'),
    section(
      'description',
      prose(
        `One YAML file. Only **upstreams** is required. A key that is not known is an error. \`\${NAME}\` stands for an environment variable. Relative paths start from the folder of the file.`,
      ),
      '.PP',
      prose('`rcode5 check -c FILE` reports all that is wrong, each with file, line and column.'),
    ),
    section('keys', prose('`.*` is a key that you choose, and `[]` an item of a list.'), ...keys),
    section('see also', '.BR rcode5 (1)'),
  ]);
}

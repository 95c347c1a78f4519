/** Options of commands: one table is parsed, shown in the usage, and listed by --help. */

import type { FilterOption } from '../observe/decision-filter.ts';

/** An option as parseArgs of node:util takes it, and what people read of it. */
export interface Option {
  readonly type: 'string' | 'boolean';
  readonly short?: string;
  readonly default?: string | boolean | string[];
  readonly multiple?: true;
  /** What stands for its text in the usage. */
  readonly value?: string;
  /** The command does nothing without it. */
  readonly isRequired?: true;
  /** One line. */
  readonly about: string;
}

export type Options = Readonly<Record<string, Option>>;

export const CONFIG_OPTION = {
  type: 'string',
  short: 'c',
  value: 'FILE',
  about:
    'the configuration; without it $RCODE5_CONFIG, /etc/rcode5/rcode5.yaml, or the packaged default',
} as const satisfies Option;

/** Where `log` and `report` have names from. */
export const NAMES_OPTION = {
  type: 'string',
  short: 'c',
  value: 'FILE',
  about: 'a configuration: names of its clientNames stand beside addresses, those of files',
} as const satisfies Option;

export const JSON_OPTION = {
  type: 'boolean',
  default: false,
  about: 'prints JSON for programs',
} as const satisfies Option;

/** What selects records; of what may be given several times, any of them. */
export const FILTERING = {
  client: {
    type: 'string',
    multiple: true,
    value: 'CIDR',
    about:
      'only clients in a prefix, or with an address; with -c or --admin also a name or a group',
  },
  name: {
    type: 'string',
    multiple: true,
    value: 'SUFFIX',
    about: 'only names at and below this one',
  },
  type: { type: 'string', multiple: true, value: 'T', about: 'only queries of this type' },
  layer: { type: 'string', multiple: true, value: 'L', about: 'only decisions of this layer' },
  event: {
    type: 'string',
    multiple: true,
    value: 'E',
    about: 'only records of this event, for example blocked',
  },
  group: { type: 'string', multiple: true, value: 'G', about: 'only clients of this group' },
  view: { type: 'string', multiple: true, value: 'V', about: 'only clients of this view' },
  node: { type: 'string', multiple: true, value: 'N', about: 'only decisions of this server' },
  rule: { type: 'string', multiple: true, value: 'R', about: 'only decisions by this rule' },
  rcode: { type: 'string', multiple: true, value: 'RCODE', about: 'only records with this rcode' },
  transport: {
    type: 'string',
    multiple: true,
    value: 'T',
    about: 'only queries by udp, tcp, dot or doh',
  },
  upstream: {
    type: 'string',
    multiple: true,
    value: 'A',
    about: 'only records that name this upstream',
  },
  since: {
    type: 'string',
    value: '10m',
    about: 'only records since a time, or of the last 10m, 2h, 1d',
  },
  until: { type: 'string', value: '10m', about: 'only records before a time' },
  ref: { type: 'string', value: 'REF', about: 'only the record with this reference' },
} as const satisfies Readonly<Record<FilterOption, Option>>;

/** Operands and options in one line, those that may be left out in brackets. */
export function formatSynopsis(operands: string, options: Options): string {
  const words = Object.entries(options).map(([name, option]) => {
    const many = option.multiple ? '…' : '';
    const text = `${formatName(name, option)}${many}`;
    return option.isRequired ? text : `[${text}]`;
  });
  return [...(operands === '' ? [] : [operands]), ...words].join(' ');
}

/** Each option and its line, one a line. */
export function describeOptions(options: Options): string[] {
  const rows = listOptions(options);
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, about]) => `${name.padEnd(width)}  ${about}`);
}

/** Each option as it is written, `-c FILE, --config`, and its line. */
export function listOptions(options: Options): (readonly [string, string])[] {
  return Object.entries(options).map(([name, option]) => {
    const by = typeof option.default === 'string' ? ` (${option.default})` : '';
    const long = option.short === undefined ? '' : `, --${name}`;
    return [`${formatName(name, option)}${long}`, `${option.about}${by}`] as const;
  });
}

/** `-c FILE`, `--client CIDR`, `--json`. */
function formatName(name: string, { short, value }: Option): string {
  const dashed = short === undefined ? `--${name}` : `-${short}`;
  return value === undefined ? dashed : `${dashed} ${value}`;
}

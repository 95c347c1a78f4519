/** The folders of src/ from the top of the house to its ground, and what each may import. */

import { formatTable } from './table.ts';

export interface Room {
  readonly name: string;
  readonly about: string;
  /** Other rooms that it may import; `clock.ts`, `log.ts` and `version.ts` are open to all. */
  readonly imports: readonly string[];
}

/** A room imports only rooms below it: nothing leads back up. */
export const HOUSE: readonly Room[] = [
  {
    name: 'cli',
    about:
      "one file for each command; `logs/` reads decision logs, `migrate/` makes a configuration of ours from another server's, `demo/` starts its own servers",
    imports: [
      'server',
      'admin',
      'load',
      'logs',
      'explain',
      'diff',
      'foreign',
      'observe',
      'policy',
      'diagnose',
      'decision',
      'config',
      'wire',
      'net',
    ],
  },
  {
    name: 'server',
    about: 'the process: start, reload, stop; the main thread, the data threads, the decision log',
    imports: [
      'admin',
      'load',
      'logs',
      'shell',
      'engine',
      'observe',
      'policy',
      'forward',
      'transport',
      'decision',
      'config',
      'net',
    ],
  },
  {
    name: 'admin',
    about:
      'HTTP for operators: who may ask, what is answered, which numbers are exposed; `api/` has the answers as types, for the console and the commands that read them',
    imports: [
      'load',
      'logs',
      'explain',
      'transfer',
      'diff',
      'observe',
      'policy',
      'forward',
      'diagnose',
      'decision',
      'config',
      'wire',
      'net',
    ],
  },
  {
    name: 'load',
    about: "from a configuration's text to what serves, and the next one in its place",
    imports: [
      'explain',
      'engine',
      'policy',
      'forward',
      'transfer',
      'transport',
      'decision',
      'config',
      'net',
    ],
  },
  {
    name: 'shell',
    about:
      'the engine over sockets: batched system calls, or `node:dgram`, `node:net` and `node:tls`',
    imports: ['engine', 'forward', 'transport', 'config', 'net', 'wire', 'decision'],
  },
  {
    name: 'explain',
    about: 'a question that nobody asked: its layers, its upstreams, and assertions about it',
    imports: [
      'engine',
      'policy',
      'forward',
      'observe',
      'diagnose',
      'transport',
      'config',
      'decision',
      'net',
      'wire',
    ],
  },
  {
    name: 'logs',
    about: 'decision logs on disk: read, indexed, searched, counted, compressed, and sent on',
    imports: ['observe', 'decision', 'wire', 'net'],
  },
  {
    name: 'engine',
    about: 'the core, without I/O: a query is judged, answered from the cache, or forwarded',
    imports: ['policy', 'forward', 'decision', 'wire'],
  },
  {
    name: 'transfer',
    about: 'asks primaries for policy zones',
    imports: ['policy', 'config', 'wire', 'transport'],
  },
  {
    name: 'diff',
    about: 'what another configuration would change: clients, names and kinds of questions',
    imports: ['policy', 'decision', 'wire', 'net', 'config'],
  },
  {
    name: 'foreign',
    about:
      'configurations of other servers, as policies of ours: a folder for each program, with what it reads and how it decides',
    imports: ['policy', 'decision', 'wire', 'net', 'config'],
  },
  {
    name: 'observe',
    about: 'records, the decision log, statistics, metrics, recent decisions',
    imports: ['decision', 'wire', 'net'],
  },
  {
    name: 'forward',
    about: 'upstreams, their health and history; queries that wait for them; the answer cache',
    imports: ['wire', 'net', 'config', 'decision'],
  },
  {
    name: 'policy',
    about:
      'from a configuration to layers: `layers/` has a file for each, `rules/` and `access/` what they share, `rpz/`, `lists/` and `zone-text/` what policies are read from, `local/` the local records',
    imports: ['decision', 'wire', 'net', 'config'],
  },
  {
    name: 'diagnose',
    about: 'questions to servers of others, and the inference from their answers',
    imports: ['decision', 'config', 'wire', 'net', 'transport'],
  },
  {
    name: 'decision',
    about: 'verdicts, outcomes, the fields of a record, why an upstream may have refused',
    imports: ['wire'],
  },
  {
    name: 'config',
    about: 'the schema with defaults and documentation; YAML with places, all problems at once',
    imports: ['net'],
  },
  {
    name: 'transport',
    about: 'UDP, TCP, TLS and HTTP, to clients and to upstreams',
    imports: [],
  },
  {
    name: 'wire',
    about: 'octets and DNS: header, names, query view, OPT and EDE, records, responses',
    imports: [],
  },
  {
    name: 'net',
    about: 'addresses, prefixes, tables for the longest matching prefix',
    imports: [],
  },
];

/** Files beside the folders, which import nothing of ours. */
export const OPEN_TO_ALL: readonly string[] = [
  'clock.ts',
  'log.ts',
  'program-files.ts',
  'version.ts',
];

/** Where each package comes in: a file, or a folder. */
export const DOORS: Readonly<Record<string, string>> = {
  '@opentelemetry/api': 'src/logs/otlp/log-records.ts',
  '@opentelemetry/otlp-transformer': 'src/logs/otlp/log-records.ts',
  '@opentelemetry/resources': 'src/logs/otlp/log-records.ts',
  '@opentelemetry/semantic-conventions': 'src/logs/otlp/log-records.ts',
  dns2: 'src/cli/',
  'ipaddr.js': 'src/net/',
  koffi: 'src/transport/libc.ts',
  'lru-cache': 'src/forward/cache.ts',
  luaparse: 'src/foreign/dnsdist/lua.ts',
  pino: 'src/log.ts',
  'prom-client': 'src/observe/metrics.ts',
  re2js: 'src/policy/lists/regex-set.ts',
  'fastest-levenshtein': 'src/cli/suggestion.ts',
  'toml-eslint-parser': 'src/foreign/pihole/toml.ts',
  tldts: 'src/policy/lists/public-suffixes.ts',
  yaml: 'src/config/',
};

export function houseTable(): string {
  const rooms = HOUSE.map(({ name, about, imports }) => [
    `\`${name}/\``,
    about,
    imports.map((room) => `\`${room}\``).join(' ') || 'nothing of ours',
  ]);
  const files = OPEN_TO_ALL.map((name) => `\`${name}\``).join(', ');
  const rest = [files, 'time, the operational log, the version', 'nothing of ours'];
  return formatTable(['in `src/`', 'what it is', 'imports'], [...rooms, rest]);
}

export function doorsList(): string {
  const doors = Object.entries(DOORS).map(([name, door]) => `- ${name} in \`${door}\``);
  return `${doors.join('\n')}\n`;
}

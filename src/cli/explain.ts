/** `explain`: what each layer decides about a question that nobody asked. */

import { parseArgs } from 'node:util';
import type { Explained, PolicyAnswer } from '../admin/api/answers.ts';
import { now } from '../clock.ts';
import { explainQuestion } from '../explain/explain.ts';
import { type AskedQuestion, askedQuestion, listenersOf } from '../explain/question.ts';
import type { Policy } from '../policy/compile.ts';
import { parseName } from '../wire/name.ts';
import { ADMIN_OPTION } from './admin-client.ts';
import { type Command, Exit, UsageError } from './command.ts';
import { findConfigFile } from './config-file.ts';
import { formatExplained } from './explain-text.ts';
import { ask, queryOf } from './logs/admin-log.ts';
import { readNameOperand } from './name-operand.ts';
import { addressOfClient } from './named-client.ts';
import { CONFIG_OPTION, JSON_OPTION, type Options } from './options.ts';
import { FROM_OPTION, formatLeft, readPolicy } from './policy-source.ts';

const OPTIONS = {
  config: CONFIG_OPTION,
  from: FROM_OPTION,
  client: {
    type: 'string',
    value: 'IP',
    isRequired: true,
    about: 'the address of the client, its name, or a group',
  },
  name: { type: 'string', value: 'NAME', isRequired: true, about: 'the query name' },
  type: { type: 'string', value: 'A', about: 'the query type; A without it' },
  class: { type: 'string', value: 'IN', about: 'the query class; IN without it' },
  opcode: { type: 'string', value: 'QUERY', about: 'the opcode; QUERY without it' },
  'no-rd': { type: 'boolean', default: false, about: 'sends RD=0: no recursion' },
  do: { type: 'boolean', default: false, about: 'sends DO=1: with DNSSEC records' },
  transport: { type: 'string', value: 'udp', about: 'udp, tcp, dot or doh; udp without it' },
  listener: { type: 'string', value: 'ADDR', about: 'the listener; the first without it' },
  key: { type: 'string', value: 'NAME', about: 'the TSIG key that signs the query' },
  live: { type: 'boolean', default: false, about: 'queries the upstreams too' },
  admin: ADMIN_OPTION,
  json: JSON_OPTION,
} as const satisfies Options;

/** What a question consists of, by the names of options and parameters alike. */
const WORDS = ['client', 'name', 'type', 'class', 'opcode', 'transport', 'listener'] as const;

export const explain: Command = {
  name: 'explain',
  operands: '',
  options: OPTIONS,
  about:
    'shows what each layer decides for a query, with the rule and its line; sends nothing without --live',
  async run(args) {
    const { values } = parseArgs({ args: [...args], options: OPTIONS });
    const { 'no-rd': noRd, do: dnssecOk, json, config: given, from, key, live, ...words } = values;
    if (words.admin !== undefined) return explainServer(values, words.admin);
    const config = findConfigFile(given);
    const { policy, program, left } = readPolicy(config, from);
    const bits = { rd: noRd ? '0' : '1', do: dnssecOk ? '1' : '0' };
    const name = words.name === undefined ? {} : { name: readNameOperand(words.name) };
    const client = await addressOfClient(words.client, policy.config);
    const asked = askedQuestion({ ...words, ...name, client, ...bits }, listenersOf(policy));
    if (typeof asked === 'string') throw new UsageError(asked);
    if (key !== undefined && typeof parseName(key) === 'string') {
      throw new UsageError(`key ${key}: expect the name of a key`);
    }
    const question = key === undefined ? asked : { ...asked, key };
    if (live && program !== undefined) {
      throw new UsageError(`--live asks upstreams of ours; ${config} is for ${program}`);
    }
    const explained = explainQuestion(policy, question, now());
    const shown = live ? await askLive(policy, question, explained) : explained;
    const views = policy.views.map(({ name }) => name);
    process.stdout.write(json ? `${JSON.stringify(shown)}\n` : formatExplained(shown, views));
    for (const one of left.filter(({ decides, isExplained }) => decides && isExplained !== true)) {
      process.stderr.write(`${formatLeft(one)}\n`);
    }
    return Exit.OK;
  },
};

type Values = Readonly<Partial<Record<string, string | boolean>>>;

/** Shows what a running server explains. */
async function explainServer(values: Values, admin: string): Promise<Exit> {
  const { 'no-rd': noRd, do: dnssecOk, live, json, ...given } = values;
  const words = WORDS.map((word) => [word, given[word] as string | undefined] as const);
  const bits = { rd: noRd ? '0' : '1', do: dnssecOk ? '1' : '0', live: live ? '1' : '0' };
  const query = queryOf({ ...Object.fromEntries(words), ...bits });
  const shown = await ask<Explained>(admin, `/api/v1/explain?${query}`);
  const { views } = await ask<PolicyAnswer>(admin, '/api/v1/policy');
  process.stdout.write(json ? `${JSON.stringify(shown)}\n` : formatExplained(shown, views));
  return Exit.OK;
}

/** What somebody only wants explained must not change or move anything. */
async function askLive(
  policy: Policy,
  question: AskedQuestion,
  explained: ReturnType<typeof explainQuestion>,
) {
  // Sockets are much code, which a question that stays here does without.
  const { explainLive, isPlain } = await import('../explain/live.ts');
  if (!isPlain(question)) {
    throw new UsageError('--live asks plain questions; expect neither a transfer nor an opcode');
  }
  return explainLive(policy, question, explained);
}

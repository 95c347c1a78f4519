/** `explain`: what each layer decides about a question that nobody asked. */

import { parseArgs } from 'node:util';
import type { Explained, PolicyAnswer } from '../api/answers.ts';
import { now } from '../clock.ts';
import { type Config, readConfig, resolvePath } from '../config/config.ts';
import { explainQuestion } from '../explain/explain.ts';
import { explainLive, isPlain } from '../explain/live.ts';
import { type AskedQuestion, askedQuestion, listenersOf } from '../explain/question.ts';
import { parseAddress } from '../net/address.ts';
import {
  ClientNames,
  NAME_FILES,
  type NameFileKind,
} from '../observe/client-names/client-names.ts';
import { compilePolicy, type Policy } from '../policy/compile.ts';
import { VERSION } from '../version.ts';
import { ADMIN_OPTION } from './admin-client.ts';
import { type Command, Exit, UsageError } from './command.ts';
import { formatExplained } from './explain-text.ts';
import { ask, queryOf } from './logs/admin-log.ts';
import { CONFIG_OPTION, JSON_OPTION, type Options } from './options.ts';

const OPTIONS = {
  config: CONFIG_OPTION,
  client: { type: 'string', value: 'IP', isRequired: true, about: 'the address of the client' },
  name: { type: 'string', value: 'NAME', isRequired: true, about: 'the query name' },
  type: { type: 'string', value: 'A', about: 'the query type; A without it' },
  class: { type: 'string', value: 'IN', about: 'the query class; IN without it' },
  opcode: { type: 'string', value: 'QUERY', about: 'the opcode; QUERY without it' },
  'no-rd': { type: 'boolean', default: false, about: 'sends RD=0: no recursion' },
  do: { type: 'boolean', default: false, about: 'sends DO=1: with DNSSEC records' },
  transport: { type: 'string', value: 'udp', about: 'udp or tcp; udp without it' },
  listener: { type: 'string', value: 'ADDR', about: 'the listener; the first without it' },
  live: { type: 'boolean', default: false, about: 'queries the upstreams too' },
  admin: ADMIN_OPTION,
  json: JSON_OPTION,
} as const satisfies Options;

export const explain: Command = {
  name: 'explain',
  operands: '',
  options: OPTIONS,
  about:
    'shows what each layer decides for a query, with the rule and its line; sends nothing without --live',
  async run(args) {
    const { values } = parseArgs({ args: [...args], options: OPTIONS });
    const { 'no-rd': noRd, do: dnssecOk, json, config, live, admin, ...words } = values;
    const bits = { rd: noRd ? '0' : '1', do: dnssecOk ? '1' : '0' };
    if (admin !== undefined) {
      const query = queryOf({ ...words, ...bits, live: live ? '1' : '0' });
      const shown = await ask<Explained>(admin, `/api/v1/explain?${query}`);
      const { views } = await ask<PolicyAnswer>(admin, '/api/v1/policy');
      process.stdout.write(json ? `${JSON.stringify(shown)}\n` : formatExplained(shown, views));
      return Exit.OK;
    }
    const policy = compilePolicy(readConfig(config), VERSION);
    const client = await addressOf(words.client, policy.config);
    const question = askedQuestion({ ...words, client, ...bits }, listenersOf(policy));
    if (typeof question === 'string') throw new UsageError(question);
    const explained = explainQuestion(policy, question, now());
    const shown = live ? await askLive(policy, question, explained) : explained;
    const views = policy.views.map(({ name }) => name);
    process.stdout.write(json ? `${JSON.stringify(shown)}\n` : formatExplained(shown, views));
    return Exit.OK;
  },
};

/** The address of a client that is given by a name in `clientNames`. */
async function addressOf(client: string | undefined, config: Config): Promise<string | undefined> {
  if (client === undefined || parseAddress(client) !== undefined) return client;
  const kinds = Object.keys(NAME_FILES) as NameFileKind[];
  const sources = config.clientNames.flatMap(({ value }) =>
    kinds.flatMap((kind) => {
      const file = value[kind]?.value;
      return file === undefined ? [] : { kind, file: resolvePath(config, file) };
    }),
  );
  const names = new ClientNames(sources, (why) => process.stderr.write(`${why}\n`));
  return (await names.addressesOf(client))[0] ?? client;
}

/** What somebody only wants explained must not change or move anything. */
function askLive(
  policy: Policy,
  question: AskedQuestion,
  explained: ReturnType<typeof explainQuestion>,
) {
  if (!isPlain(question)) {
    throw new UsageError('--live asks plain questions; expect neither a transfer nor an opcode');
  }
  return explainLive(policy, question, explained);
}

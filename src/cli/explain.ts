/** `explain`: what each layer says about a question that nobody asked. */

import { parseArgs } from 'node:util';
import { now } from '../clock.ts';
import { readConfig } from '../config/config.ts';
import {
  type AskedQuestion,
  askedQuestion,
  explainQuestion,
  listenersOf,
} from '../explain/explain.ts';
import { explainLive } from '../explain/live.ts';
import { compilePolicy, type Policy } from '../policy/compile.ts';
import { VERSION } from '../version.ts';
import { Opcode, RrType } from '../wire/registry.ts';
import { type Command, Exit, UsageError } from './command.ts';
import { formatExplained } from './explain-text.ts';
import { DEFAULT_CONFIG } from './serve.ts';

export const explain: Command = {
  name: 'explain',
  synopsis:
    '[-c FILE] --client IP --name NAME [--type A] [--class IN] [--opcode QUERY] [--no-rd] [--transport udp] [--listener ADDR] [--live] [--json]',
  about:
    'shows what each layer would say, with the rule and its line; sends nothing, or with --live asks the upstreams too',
  async run(args) {
    const { values } = parseArgs({
      args: [...args],
      options: {
        config: { type: 'string', short: 'c', default: DEFAULT_CONFIG },
        client: { type: 'string' },
        name: { type: 'string' },
        type: { type: 'string' },
        class: { type: 'string' },
        opcode: { type: 'string' },
        'no-rd': { type: 'boolean', default: false },
        transport: { type: 'string' },
        listener: { type: 'string' },
        live: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
      },
    });
    const { 'no-rd': noRd, json, config, live, ...words } = values;
    const policy = compilePolicy(readConfig(config), VERSION);
    const question = askedQuestion({ ...words, rd: noRd ? '0' : '1' }, listenersOf(policy));
    if (typeof question === 'string') throw new UsageError(question);
    const explained = explainQuestion(policy, question, now());
    const shown = live ? await askLive(policy, question, explained) : explained;
    const views = policy.views.map(({ name }) => name);
    process.stdout.write(json ? `${JSON.stringify(shown)}\n` : formatExplained(shown, views));
    return Exit.OK;
  },
};

/** What somebody only wants explained must not change or move anything. */
function askLive(
  policy: Policy,
  question: AskedQuestion,
  explained: ReturnType<typeof explainQuestion>,
) {
  const { opcode, type } = question;
  if (opcode !== Opcode.QUERY || type === RrType.AXFR || type === RrType.IXFR) {
    throw new UsageError('--live asks plain questions; expect neither a transfer nor an opcode');
  }
  return explainLive(policy, question, explained);
}

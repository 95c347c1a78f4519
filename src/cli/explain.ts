/** `explain`: what each layer says about a question that nobody asked. */

import { parseArgs } from 'node:util';
import { now } from '../clock.ts';
import { readConfig } from '../config/config.ts';
import type { Rule } from '../decision/verdict.ts';
import { askedQuestion, type ExplainedDecision, explainQuestion } from '../explain.ts';
import { compilePolicy } from '../policy/compile.ts';
import type { TraceStep } from '../policy/explain.ts';
import { VERSION } from '../version.ts';
import { type Command, Exit, UsageError } from './command.ts';
import { DEFAULT_CONFIG } from './serve.ts';

const LAYER_WIDTH = 12;
const VERDICT_WIDTH = 9;

export const explain: Command = {
  name: 'explain',
  synopsis:
    '[-c FILE] --client IP --name NAME [--type A] [--class IN] [--opcode QUERY] [--no-rd] [--transport udp] [--json]',
  about: 'shows what each layer would say, with the rule and its line, without sending anything',
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
        json: { type: 'boolean', default: false },
      },
    });
    const { 'no-rd': noRd, json, config, ...words } = values;
    const question = askedQuestion({ ...words, rd: noRd ? '0' : '1' });
    if (typeof question === 'string') throw new UsageError(question);
    const policy = compilePolicy(readConfig(config), VERSION);
    const explained = explainQuestion(policy, question, now());
    process.stdout.write(json ? `${JSON.stringify(explained)}\n` : format(explained));
    return Exit.OK;
  },
};

function format({ decision, trace }: ExplainedDecision): string {
  const { qname, qtype, client, group, transport, rd } = decision;
  const who = group === undefined ? client : `${client} (${group})`;
  const lines = trace.flatMap(formatStep);
  return `${qname} ${qtype} from ${who} by ${transport}, RD=${rd ? 1 : 0}\n\n${lines.join('\n')}\n\n${conclude(decision)}\n`;
}

function formatStep({ layer, verdict, rule, nearest, why }: TraceStep): string[] {
  const start = `  ${layer.padEnd(LAYER_WIDTH)} ${verdict.padEnd(VERDICT_WIDTH)}`;
  const indent = ' '.repeat(start.length);
  const notes = [
    ...(rule === undefined ? [] : [formatRule(rule)]),
    ...(why === undefined ? [] : [why]),
    ...(nearest === undefined ? [] : [`nearest allow: ${formatRule(nearest)}`]),
  ];
  const [first = '', ...rest] = notes;
  return [`${start} ${first}`.trimEnd(), ...rest.map((note) => `${indent} ${note}`)];
}

/** A rule, where it stands, and who answers for it. */
export function formatRule({ id, file, line, owner, reason }: Rule): string {
  const origin = [owner, reason].filter((part) => part !== undefined).join(', ');
  return `${id} at ${file}:${line}${origin === '' ? '' : ` (${origin})`}`;
}

function conclude({ action, rcode, layer, rule, ede }: ExplainedDecision['decision']): string {
  const at = formatRule(rule as Rule);
  if (action === 'forward') return `forwarded: ${at}`;
  if (action === 'drop') return `dropped by ${layer}: ${at}`;
  const codes = Array.isArray(ede) ? `, EDE ${ede.join(', ')}` : '';
  return `${rcode} by ${layer} (${action})${codes}: ${at}`;
}

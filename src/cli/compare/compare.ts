/** `compare`: real questions, to a live server and to a policy of ours or a server that serves it. */

import { parseArgs } from 'node:util';
import { now } from '../../clock.ts';
import { ComparisonTally, liveSide, policySide, type Side } from '../../explain/comparison.ts';
import { formatEndpoint } from '../../net/address.ts';
import type { Policy } from '../../policy/compile.ts';
import { type Command, Exit, UsageError } from '../command.ts';
import { findConfigFile } from '../config-file.ts';
import { CONFIG_OPTION, JSON_OPTION, type Options } from '../options.ts';
import { FROM_OPTION, formatLeft, readPolicy } from '../policy-source.ts';
import { readTimeout } from '../server-words.ts';
import { formatComparison, toJson } from './compare-text.ts';
import {
  type ComparedQuestion,
  ComparedQuestions,
  readDnstap,
  readLog,
  readQueries,
} from './compared-questions.ts';
import { atRate, findLive, LiveServer } from './compared-server.ts';

const MOST_RATE = 10_000;

const OPTIONS = {
  config: CONFIG_OPTION,
  from: FROM_OPTION,
  against: {
    type: 'string',
    value: 'HOST[:PORT]',
    isRequired: true,
    about: 'the live server: on loopback, or a host by its name',
  },
  allow: {
    type: 'string',
    multiple: true,
    default: [] as string[],
    value: 'IP',
    about: 'an address off loopback that may be asked; repeatable',
  },
  with: {
    type: 'string',
    value: 'HOST[:PORT]',
    about:
      'a running server of ours, which is asked too: its answers count in place of the configuration',
  },
  old: {
    type: 'string',
    value: 'FILE',
    about: "the live server's own configuration: its rules are shown, by file and line",
  },
  log: {
    type: 'string',
    multiple: true,
    default: [] as string[],
    value: 'FILE',
    about: 'questions of a decision log; - is stdin; repeatable',
  },
  dnstap: { type: 'string', value: 'FILE', about: 'questions of a file of dnstap (Frame Streams)' },
  queries: {
    type: 'string',
    value: 'FILE',
    about: 'questions of a list: NAME TYPE, or CLIENT NAME TYPE',
  },
  rate: {
    type: 'string',
    value: 'N',
    default: '50',
    about: 'the most questions a second; 50 without it',
  },
  timeout: { type: 'string', value: '2s', default: '2s', about: 'how long an answer may take' },
  json: JSON_OPTION,
} as const satisfies Options;

export const compare: Command = {
  name: 'compare',
  operands: '',
  options: OPTIONS,
  about:
    'asks a live server real questions again, and shows where rcode, or who decides, differ from a configuration',
  async run(args) {
    const { values } = parseArgs({ args: [...args], options: OPTIONS });
    const rate = readRate(values.rate);
    const timeoutMs = readTimeout(values.timeout);
    const { questions, isWhole } = await readQuestions(values);
    const { policy, left } = readPolicy(findConfigFile(values.config), values.from);
    const old = values.old === undefined ? undefined : readPolicy(values.old);
    const live = new LiveServer(
      await findLive(values.against ?? '', '--against', values.allow),
      timeoutMs,
    );
    const ours =
      values.with === undefined
        ? undefined
        : new LiveServer(await findLive(values.with, '--with', values.allow), timeoutMs);
    const judged = new Judged({ policy, old: old?.policy, live, ours });
    await atRate(questions.all, rate, ({ question, count }) => judged.add(question, count));
    const { tally, fromElsewhere } = judged;
    const comparison = {
      ...{ questions: tally.asked, same: tally.same, fromElsewhere },
      passedOver: questions.passedOver,
      differences: tally.differences,
    };
    process.stdout.write(
      values.json
        ? `${JSON.stringify(toJson(comparison))}\n`
        : formatComparison(comparison, formatEndpoint(live.server)),
    );
    for (const one of [...left, ...(old?.left ?? [])].filter(({ decides }) => decides)) {
      process.stderr.write(`${formatLeft(one)}\n`);
    }
    if (!isWhole) return Exit.UNUSABLE;
    return tally.differences.length > 0 ? Exit.NEGATIVE : Exit.OK;
  },
};

interface JudgedParts {
  readonly policy: Policy;
  /** That of the live server. */
  readonly old: Policy | undefined;
  readonly live: LiveServer;
  readonly ours: LiveServer | undefined;
}

class Judged {
  readonly tally: ComparisonTally = new ComparisonTally();
  fromElsewhere = 0;
  readonly #parts: JudgedParts;
  readonly #at: number = now();

  constructor(parts: JudgedParts) {
    this.#parts = parts;
  }

  /** Both are asked as from the same address: that is whom the live server has seen. */
  async add(question: ComparedQuestion, count: number): Promise<void> {
    const { live, old, policy, ours } = this.#parts;
    const source = await live.sourceFor(question.client);
    if (source !== question.client) this.fromElsewhere += count;
    const seen = { ...question, client: source };
    const answered = liveSide(await live.ask(seen, source));
    const rule = old && this.#ruleOf(old, seen);
    const expected = policySide(policy, seen, this.#at);
    const mine: Side =
      ours === undefined
        ? expected
        : { ...liveSide(await ours.ask(seen, source)), rule: expected.rule! };
    this.tally.add(seen, { ...answered, ...(rule !== undefined && { rule }) }, mine, count);
  }

  #ruleOf(old: Policy, question: ComparedQuestion): string {
    const { rule, fate } = policySide(old, question, this.#at);
    return `${rule} (${fate})`;
  }
}

interface Sources {
  readonly log: readonly string[];
  readonly dnstap?: string | undefined;
  readonly queries?: string | undefined;
}

async function readQuestions({ log, dnstap, queries }: Sources) {
  const given = [log.length > 0, dnstap !== undefined, queries !== undefined];
  if (given.filter(Boolean).length !== 1) {
    throw new UsageError('expect one of --log FILE, --dnstap FILE and --queries FILE');
  }
  const questions = new ComparedQuestions();
  let isWhole = true;
  if (dnstap !== undefined) readDnstap(dnstap, questions);
  else if (queries !== undefined) readQueries(queries, questions);
  else isWhole = await readLog(log, questions, process);
  return { questions, isWhole };
}

function readRate(text: string): number {
  const rate = Number(text);
  if (Number.isInteger(rate) && rate >= 1 && rate <= MOST_RATE) return rate;
  throw new UsageError(
    `--rate ${text}: expect a number of questions a second, from 1 to ${MOST_RATE}`,
  );
}

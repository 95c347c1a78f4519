/** The questions that are asked again: of decision logs, of dnstap files, or of a list; each once, with how often it was asked. */

import { readFileSync } from 'node:fs';
import { ConfigError, type Problem } from '../../config/problem.ts';
import { type AskedQuestion, askedQuestion } from '../../explain/question.ts';
import { DecisionReader } from '../../logs/log-lines.ts';
import { formatAddress, parseAddress } from '../../net/address.ts';
import { readDnstapFile, type TappedQuestion } from '../../observe/dnstap-file.ts';
import { formatClass, formatType, Opcode, RrClass, RrType } from '../../wire/registry.ts';
import { UsageError } from '../command.ts';
import { type LogInput, LogReader } from '../logs/log-source.ts';

export type ComparedQuestion = AskedQuestion & { readonly shown: string };

/** The client of a question that names none. */
const LOOPBACK = '127.0.0.1';
/** Types that move zones: nobody asks a live server for these by the way. */
const TRANSFERS: readonly number[] = [RrType.AXFR, RrType.IXFR];

export class ComparedQuestions {
  /** Transfers, updates and notifications, which are not asked again. */
  passedOver = 0;
  readonly #all: Map<string, { readonly question: ComparedQuestion; count: number }> = new Map();

  add(question: AskedQuestion): void {
    if (question.opcode !== Opcode.QUERY || TRANSFERS.includes(question.type)) {
      this.passedOver++;
      return;
    }
    const name = question.name.toLowerCase();
    const key = JSON.stringify({ ...question, name });
    const known = this.#all.get(key);
    if (known === undefined) {
      this.#all.set(key, { question: { ...question, name, shown: shownOf(question) }, count: 1 });
    } else known.count++;
  }

  get all() {
    return [...this.#all.values()];
  }
}

function shownOf({ name, type, rrClass, recursionDesired }: AskedQuestion): string {
  const ofClass = rrClass === RrClass.IN ? '' : ` ${formatClass(rrClass)}`;
  return `${name.toLowerCase()} ${formatType(type)}${ofClass}${recursionDesired ? '' : ' RD=0'}`;
}

/** Returns whether everything could be read. */
export async function readLog(
  files: readonly string[],
  questions: ComparedQuestions,
  streams: LogInput,
): Promise<boolean> {
  const reader = new DecisionReader();
  const source = new LogReader({ files, follow: false }, streams);
  for await (const lines of source.lines(new AbortController().signal)) {
    for (const line of lines) {
      const record = reader.read(line);
      if (record === undefined || record.event === 'shadow') continue;
      const { client, qname: name, qtype: type, qclass, opcode, rd, transport } = record;
      const words = { client, name, type, class: qclass, opcode, transport };
      const asked = askedQuestion({ ...words, rd: rd === false ? '0' : '1' });
      if (typeof asked !== 'string') questions.add(asked);
    }
  }
  return !source.failed;
}

export function readDnstap(file: string, questions: ComparedQuestions): void {
  const tapped = [...tappedIn(file)];
  // A file with both has each question twice.
  const hasQueries = tapped.some(({ isResponse }) => !isResponse);
  for (const { client, isResponse, ...question } of tapped) {
    if (isResponse !== hasQueries)
      questions.add({ ...question, client: addressOf(client), dnssecOk: false, listener: 0 });
  }
}

function tappedIn(file: string): Generator<TappedQuestion> | TappedQuestion[] {
  try {
    return [...readDnstapFile(readFileSync(file))];
  } catch (error) {
    throw new UsageError(`--dnstap ${file}: ${(error as Error).message}`);
  }
}

function addressOf(octets: Uint8Array): string {
  const words = new Uint32Array(4);
  for (const [i, octet] of octets.entries()) words[i >> 2]! |= octet << (24 - 8 * (i & 3));
  return formatAddress(octets.length === 4 ? 4 : 6, words);
}

/** `NAME TYPE`, as dnsperf has them, or `CLIENT NAME TYPE`, on each line. */
export function readQueries(file: string, questions: ComparedQuestions): void {
  const problems: Problem[] = [];
  for (const [i, line] of readText(file).split('\n').entries()) {
    const words = line.replace(/[#;].*/, '').trim();
    if (words === '') continue;
    const asked = questionOf(words.split(/\s+/));
    if (typeof asked !== 'string') questions.add(asked);
    else {
      const message = `${asked}; expect NAME TYPE or CLIENT NAME TYPE`;
      problems.push({ file, line: i + 1, column: 1, message });
    }
  }
  if (problems.length > 0) throw new ConfigError(problems);
}

function questionOf(words: readonly string[]): AskedQuestion | string {
  const hasClient = parseAddress(words[0]!) !== undefined && words.length > 1;
  const [client, name, type = 'A', ...rest] = hasClient ? words : [LOOPBACK, ...words];
  if (rest.length > 0) return `"${rest[0]}" is too much`;
  return askedQuestion({ client, name, type: type.toUpperCase() });
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new UsageError(`--queries ${file}: ${(error as Error).message}`);
  }
}

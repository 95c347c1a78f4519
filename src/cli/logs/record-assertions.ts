/** `test --record`: from the decisions in logs to assertions that hold them. */

import type { Writable } from 'node:stream';
import { decidesBy, LAYERS } from '../../decision/layers.ts';
import { NONE } from '../../explain/assertion-file.ts';
import { DecisionReader, formatSkipped } from '../../logs/log-lines.ts';
import type { DecisionRecord } from '../../observe/decision-filter.ts';
import { Exit, UsageError } from '../command.ts';
import { Output } from '../output.ts';
import { type LogInput, LogReader } from './log-source.ts';

/** Assertions that are written at most. */
const MOST = 10_000;
/** Layers that decide by how much is asked at the moment. */
const PASSING_LAYERS: ReadonlySet<string | undefined> = new Set(
  LAYERS.filter((layer) => decidesBy(layer, 'load')),
);
const UPSTREAM_RULE = /^upstreams\.(.+?)(?: leads back to this server)?$/s;

/** Writes assertions from decision logs to stdout; lists what it leaves out on stderr. */
export async function recordAssertions(
  files: readonly string[],
  streams: LogInput & { readonly stdout: Writable & { readonly isTTY?: boolean } },
): Promise<Exit> {
  if (files.length === 0 && process.stdin.isTTY) {
    throw new UsageError('nothing to read; expect decision logs, or records on stdin');
  }
  const logs = new LogReader({ files, follow: false }, streams);
  const reader = new DecisionReader();
  const recorder = new AssertionRecorder();
  for await (const lines of logs.lines(new AbortController().signal)) {
    for (const line of lines) {
      const record = reader.read(line);
      if (record !== undefined) recorder.add(record);
    }
  }
  const output = new Output(streams.stdout);
  await output.write(recorder.write());
  if (reader.skipped > 0) streams.stderr.write(`${formatSkipped(reader.skipped)}\n`);
  for (const note of recorder.notes()) streams.stderr.write(`${note}\n`);
  if (logs.failed) return Exit.UNUSABLE;
  return recorder.count > 0 ? Exit.OK : Exit.NEGATIVE;
}

/** Keeps one assertion of each decision that was made about a name and a type for some clients. */
export class AssertionRecorder {
  readonly #lines = new Map<string, string>();
  readonly #titles: Set<string> = new Set();
  #policy: string | undefined;
  #from = '';
  #to = '';
  #older = 0;
  #beyond = 0;
  #passing = 0;

  get count(): number {
    return this.#lines.size;
  }

  add(record: DecisionRecord): void {
    const { client, qname, layer, event, policy, time } = record;
    // The effect of a rule in shadow mode is not a decision.
    if (event === 'shadow') return;
    if (policy !== this.#policy) this.#begin(policy);
    if (client === undefined || qname === undefined || isPassing(record)) {
      this.#passing++;
      return;
    }
    const asked = formatQuestion(record);
    const expected = formatExpectation(record);
    const key = `${record.group ?? client} ${asked} ${expected}`;
    if (this.#from === '' || time < this.#from) this.#from = time;
    if (time > this.#to) this.#to = time;
    if (this.#lines.has(key)) return;
    if (this.#lines.size >= MOST) {
      this.#beyond++;
      return;
    }
    // A failure is told by its name.
    const who = record.group ?? client;
    const title = `${event} by ${layer}: ${nameText(qname)} ${record.qtype ?? ''}${wayOf(record)} for ${who}`;
    // Others of a group, by another rule.
    const isKnown = this.#titles.has(title);
    const name = quoted(
      isKnown ? `${title}: ${client} by ${plainId(record.rule?.id ?? '-')}` : title,
    );
    this.#titles.add(title);
    this.#lines.set(
      key,
      `- { name: ${name}, client: ${quoted(client)}, ${asked}, expect: { ${expected} } }\n`,
    );
  }

  /** Decisions of an older policy prove nothing about the present one. */
  #begin(policy: string | undefined): void {
    this.#older += this.#lines.size;
    this.#lines.clear();
    this.#titles.clear();
    this.#policy = policy;
    this.#from = '';
    this.#to = '';
  }

  /** The file. */
  write(): string {
    if (this.count === 0) return '';
    const head = `# ${counted(this.count)} of policy ${this.#policy ?? 'unknown'}, ${this.#from} to ${this.#to}.\n`;
    return head + [...this.#lines.values()].join('');
  }

  /** What was left out, in sentences. */
  notes(): string[] {
    return [
      ...(this.count === 0 ? ['no decision was found that an assertion could hold'] : []),
      ...leftOut(this.#passing, 'what depends on more than the question cannot be held'),
      ...leftOut(this.#older, 'made by a policy before the last one'),
      ...leftOut(this.#beyond, `${MOST} assertions are written at most`),
    ];
  }
}

function leftOut(count: number, why: string): string[] {
  if (count === 0) return [];
  return [`${counted(count)} ${count === 1 ? 'was' : 'were'} left out: ${why}`];
}

function counted(count: number): string {
  return count === 1 ? '1 decision' : `${count} decisions`;
}

/** What a question alone does not bring about again. */
function isPassing(record: DecisionRecord): boolean {
  const { layer, action, trigger, match, qname } = record;
  const isMalformed = layer === 'protocol' && action === 'reject';
  const isOfAnswer = trigger === 'response-ip' || (trigger === 'qname' && match !== qname);
  return PASSING_LAYERS.has(layer) || isMalformed || isOfAnswer;
}

/** A dollar sign before a brace would be an environment variable. */
function nameText(qname: string): string {
  return qname.replaceAll(/\\.|\$/gs, (text) => (text.endsWith('$') ? '\\036' : text));
}

/** In a file of assertions a dollar sign before a brace would be an environment variable. */
function plainId(id: string): string {
  return id.replaceAll('${', '$ {');
}

/** What sets a question apart from the usual one. */
function wayOf({ qclass, opcode, rd, transport }: DecisionRecord): string {
  const words = [
    ...(qclass === undefined || qclass === 'IN' ? [] : [qclass]),
    ...(opcode === undefined || opcode === 'QUERY' ? [] : [opcode]),
    ...(rd === false ? ['RD=0'] : []),
    ...(transport === undefined || transport === 'udp' ? [] : [`by ${transport.toUpperCase()}`]),
  ];
  return words.map((word) => ` ${word}`).join('');
}

function formatQuestion(record: DecisionRecord): string {
  const { qname, qtype = 'A', qclass = 'IN', transport = 'udp', opcode = 'QUERY', rd } = record;
  const words = [nameText(qname!), qtype, ...(qclass === 'IN' ? [] : [qclass])];
  return [
    `query: ${quoted(words.join(' '))}`,
    ...(transport === 'udp' ? [] : [`transport: ${transport}`]),
    ...(opcode === 'QUERY' ? [] : [`opcode: ${quoted(opcode)}`]),
    ...(rd === false ? ['rd: false'] : []),
  ].join(', ');
}

/** What the layers decide; an upstream's answer is not asserted. */
function formatExpectation({ layer, action, rule, rcode = NONE }: DecisionRecord): string {
  const id = rule?.id ?? '';
  // In a file of assertions this would be an environment variable.
  const byRule = id.includes('${') ? '' : `, rule: ${quoted(id)}`;
  if (layer !== 'upstream') return `rcode: ${rcode}, layer: ${layer}, action: ${action}${byRule}`;
  const group = UPSTREAM_RULE.exec(id)?.[1];
  return `action: forward${group === undefined ? byRule : `, upstream: ${quoted(group)}`}`;
}

/** JSON's texts are YAML's. */
function quoted(text: string): string {
  return JSON.stringify(text);
}

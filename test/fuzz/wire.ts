/**
 * The engine on any octets: queries of all kinds of clients, answers of upstreams that may send
 * what they like, and time that passes.
 */

import { DECISION_FIELDS } from '../../src/decision/fields.ts';
import { LAYERS } from '../../src/decision/layers.ts';
import type { Query, Transport } from '../../src/wire/query.ts';
import { NO_QUERIES, ODD_QUERIES } from '../world/odd-queries.ts';
import { faultOf } from '../world/reply-check.ts';
import { type SentQuestion, Stage } from '../world/stage.ts';
import type { WrittenRecord } from '../world/written-record.ts';
import { hold, type Target } from './target.ts';
import {
  type AnswerStep,
  formatCase,
  mutateCase,
  parseCase,
  type QueryStep,
  type Step,
} from './wire-case.ts';
import { CONFIG, FILES } from './wire-config.ts';

const HEADER_LENGTH = 12;
const EVENTS: readonly unknown[] = [
  ...['refused', 'blocked', 'dropped', 'truncated', 'shadow', 'failed', 'answered'],
];
const FIELDS: ReadonlySet<string> = new Set(DECISION_FIELDS.map(({ name }) => name));
/** Virtual milliseconds after which every query must have come to its end. */
const LONGEST = 20_000;
/** Virtual milliseconds after which nothing of a case is in the cache any more. */
const LONG_AFTER = 2 * 86_400_000;
const CASES_OF_A_STAGE = 64;
const FIRST_PORT = 1024;
/** What a refusal of ours may have beyond its query: OPT, EDE and NSID. */
const MOST_ADDED = 11 + 4 + 2 + 120 + 4 + 4;

export const wire: Target = {
  name: 'wire',
  seeds: [...Object.values(ODD_QUERIES), ...Object.values(NO_QUERIES)].map((octets) =>
    formatCase([{ kind: 'query', client: '127.0.0.1', transport: 'udp', octets }]),
  ),
  run(input) {
    if (cases++ % CASES_OF_A_STAGE === 0) renew();
    stage ??= new WatchedStage(CONFIG, { files: FILES });
    stage.begin();
    for (const step of parseCase(input)) stage.play(step);
    stage.finish();
    return [...stage.seen].sort().join(' ');
  },
  mutate: mutateCase,
  close: renew,
};

/** Many cases take their turns on one stage: to make one takes longer than to play on it. */
let stage: WatchedStage | undefined;
let cases = 0;

function renew(): void {
  stage?.close();
  stage = undefined;
  cases = 0;
}

/** A stage that holds each reply against its query. */
class WatchedStage extends Stage {
  /** What has become of queries, in words. */
  readonly seen: Set<string> = new Set();
  /** By the client's port, which is another for each. */
  readonly #queries: Map<number, QueryStep> = new Map();
  readonly #open: Map<number, number> = new Map();
  #last: SentQuestion | undefined;

  play(step: Step): void {
    if (step.kind === 'query') this.#ask(step);
    else if (step.kind === 'wait') this.wait(step.milliseconds);
    else if ('octets' in step) this.#answer(step);
    else if (step.kind === 'reload') this.reload(CONFIG);
    else {
      this.#last = this.asked.at(-1) ?? this.#last;
      if (this.#last !== undefined) this.fail(this.#last, 'connection reset');
    }
    this.#look();
  }

  /** What was before is long ago. */
  begin(): void {
    this.#queries.clear();
    this.#open.clear();
    this.seen.clear();
    this.#last = undefined;
    for (const list of [this.replies, this.records, this.shadows]) list.length = 0;
    for (const list of [this.asked, this.probes, this.checks]) list.length = 0;
    this.now += LONG_AFTER;
    this.engine.tick(this.now);
  }

  /** Lets time pass until nobody waits. */
  finish(): void {
    for (let left = LONGEST; left > 0 && this.engine.inFlight > 0; left -= 250) this.wait(250);
    this.#look();
    hold(this.engine.inFlight === 0, 'a query is in flight for ever');
    for (const [port, open] of this.#open) hold(open === 0, `${open} answers for ${port} to come`);
  }

  override reply(query: Query, octets: Uint8Array, length: number): void {
    const before = this.records.length;
    super.reply(query, octets, length);
    this.#settle(query.port);
    const record = this.records[before]!;
    const { octets: asked } = this.#queries.get(query.port)!;
    const isOwn = record['event'] === 'refused' && record['origin'] === 'local';
    hold(!isOwn || length <= asked.length + MOST_ADDED, `a refusal of ${length} octets`);
  }

  override drop(query: Query): void {
    super.drop(query);
    this.#settle(query.port);
  }

  #ask(step: QueryStep): void {
    const port = FIRST_PORT + this.#queries.size;
    this.#queries.set(port, step);
    this.#open.set(port, 1);
    const { client: address, transport } = step;
    this.query(step.octets, { address, port, transport: transport satisfies Transport });
  }

  #settle(port: number): void {
    const open = this.#open.get(port)! - 1;
    this.#open.set(port, open);
    hold(open >= 0, `a query of port ${port} has ended twice`);
  }

  #answer({ kind, octets }: AnswerStep): void {
    const asked = kind === 'check' ? (this.checks.at(-1) ?? this.probes.at(-1)) : this.asked.at(-1);
    if (kind !== 'check') this.#last = asked ?? this.#last;
    const to = kind === 'check' ? asked : this.#last;
    if (to === undefined) return;
    this.answer(kind === 'answer' ? octets : fitted(octets, to.octets), to);
  }

  /** Everything that was sent or recorded since. */
  #look(): void {
    for (const { port, octets, transport } of this.replies.splice(0)) {
      const fault = faultOf(this.#queries.get(port)!.octets, octets, transport);
      hold(fault === undefined, `${fault}: ${Buffer.from(octets).toString('hex')}`);
    }
    for (const record of [...this.records.splice(0), ...this.shadows.splice(0)]) this.#read(record);
  }

  #read(record: WrittenRecord): void {
    for (const name of Object.keys(record)) hold(FIELDS.has(name), `the field ${name}`);
    const { event, layer, port, client, action } = record;
    hold(EVENTS.includes(event), `the event ${event}`);
    hold((LAYERS as readonly unknown[]).includes(layer), `the layer ${layer}`);
    const step = this.#queries.get(Number(port));
    hold(step?.client === client, `a record of ${client} port ${port}, who has not asked`);
    const rule = (record['rule'] as { id?: string } | undefined)?.id?.split('/')[0];
    this.seen.add(`${event}-${layer}-${action}-${record['origin']}-${record['rcode']}-${rule}`);
  }
}

/** An answer with the ID and the question of a query in place of its own. */
function fitted(answer: Uint8Array, query: Uint8Array): Uint8Array {
  if (answer.length < HEADER_LENGTH) return answer;
  const rest = answer.subarray(questionEnd(answer));
  const end = questionEnd(query);
  const fitting = new Uint8Array(end + rest.length);
  fitting.set(answer.subarray(0, HEADER_LENGTH));
  fitting.set(query.subarray(0, 2));
  fitting.set(query.subarray(HEADER_LENGTH, end), HEADER_LENGTH);
  fitting.set(rest, end);
  return fitting;
}

/** Where a question ends, or the octets that might have been one. */
function questionEnd(octets: Uint8Array): number {
  let at = HEADER_LENGTH;
  while (at < octets.length && octets[at] !== 0) at += octets[at]! + 1;
  return Math.min(at + 5, octets.length);
}

/**
 * A question that nobody asked, put to the upstreams all the same: by an engine of its own, which
 * shows what the server would make of their answers, and to each of them by itself.
 */

import { now } from '../clock.ts';
import type { Recorder } from '../decision/outcome.ts';
import { Engine, type Outbox } from '../engine/engine.ts';
import type { Setup } from '../engine/forwarder.ts';
import { AnswerCache } from '../forward/cache.ts';
import { createForwarding } from '../forward/forwarding.ts';
import { UpstreamTable } from '../forward/upstream.ts';
import type { DecisionRecord } from '../observe/decision-filter.ts';
import { RecordWriter } from '../observe/record.ts';
import type { Policy } from '../policy/compile.ts';
import { recordContext } from '../policy/record-context.ts';
import { PortableChannels } from '../transport/portable-channels.ts';
import { BUFFER_LENGTH } from '../wire/header.ts';
import { Query } from '../wire/query.ts';
import { Opcode, RrType } from '../wire/registry.ts';
import type { ExplainedDecision } from './explain.ts';
import { meaningOf, stepOf } from './live-meaning.ts';
import { askEach, type UpstreamAccount } from './live-upstreams.ts';
import { type AskedQuestion, listenersOf, playQuestion } from './question.ts';

/** Milliseconds between two looks at what has timed out. */
const TICK_MS = 25;
/** An answer that was asked for once is not kept. */
const NO_CACHE = { size: 0, entries: 0, maxTtl: 0, minTtl: 0, negativeMaxTtl: 0, serveStale: 0 };

export interface LiveDecision extends ExplainedDecision {
  /** Each server of the upstream group that the name's route leads to. */
  readonly live: readonly UpstreamAccount[];
  /** What all of it comes to, in a sentence. */
  readonly meaning: string;
}

/** Whether asking it changes and moves nothing: what somebody only wants explained must not. */
export function isPlain({ opcode, type }: AskedQuestion): boolean {
  return opcode === Opcode.QUERY && type !== RrType.AXFR && type !== RrType.IXFR;
}

/**
 * Asks the upstreams of the name's route, gently: what the server itself would ask, and three
 * questions to each. `explained` is what was found without asking.
 */
export async function explainLive(
  policy: Policy,
  question: AskedQuestion,
  explained: ExplainedDecision,
): Promise<LiveDecision> {
  const table = new UpstreamTable();
  const { groups } = prepareForwarding(policy, table);
  const isForwarded = explained.upstream !== undefined;
  const group = groups.get(routeOf(policy, question) ?? '');
  const decision = isForwarded
    ? await serve({ policy, groups, cache: new AnswerCache(NO_CACHE) }, table, question)
    : explained.decision;
  const live = group === undefined ? [] : await askEach(group, question);
  const trace = isForwarded ? [...explained.trace, stepOf(decision)] : explained.trace;
  return { ...explained, decision, trace, live, meaning: meaningOf(decision, live) };
}

function prepareForwarding({ config }: Policy, table: UpstreamTable) {
  const forwarding = createForwarding(config, table, () => false);
  forwarding.refresh();
  return forwarding;
}

/** The group that the name's route leads to, whatever the layers decide. */
function routeOf(policy: Policy, question: AskedQuestion): string | undefined {
  const query = new Query();
  const length = playQuestion(query, question, now());
  query.parse(query.message, length);
  return policy.viewOf(query).routes.find(query)?.group;
}

/** The record that the server would write, with what its upstreams answer now. */
async function serve(
  setup: Setup,
  { upstreams }: UpstreamTable,
  question: AskedQuestion,
): Promise<DecisionRecord> {
  const { promise, resolve } = Promise.withResolvers<DecisionRecord>();
  const buffer = new Uint8Array(BUFFER_LENGTH);
  const channels = new PortableChannels({
    answered(upstream, channel, octets) {
      buffer.set(octets);
      const from = { upstream: upstreams[upstream]!, channel };
      return engine.response(buffer, octets.length, from, now());
    },
    ended: (upstream, channel, end) =>
      engine.channelEnded(upstreams[upstream]!, channel, end, now()),
  });
  const nothing = () => {};
  const outbox: Outbox = {
    reply: nothing,
    more: nothing,
    drop: nothing,
    end: nothing,
    channels,
  };
  const recorder = recordOnce(setup.policy, resolve);
  const shell = { outbox, recorder, capacity: 2, refPrefix: 'explain' };
  const engine = new Engine(setup, shell);
  const ticking = setInterval(() => engine.tick(now()), TICK_MS);
  try {
    const length = playQuestion(engine.query, question, now());
    engine.receive(engine.query.message, length, now());
    return await promise;
  } finally {
    clearInterval(ticking);
    channels.close();
  }
}

/** Hands on the record of the decision, and takes note of nothing else. */
function recordOnce(policy: Policy, take: (record: DecisionRecord) => void): Recorder {
  const writer = new RecordWriter();
  writer.context = recordContext(policy, listenersOf(policy));
  const nothing = () => {};
  return {
    received: nothing,
    decided(query, outcome, at) {
      writer.record(query, outcome, at);
      take(JSON.parse(writer.octets.toString('utf8', 0, writer.length)));
    },
    shadowed: nothing,
    upstreamAnswered: nothing,
    upstreamRefused: nothing,
    channelLost: nothing,
    ignored: nothing,
  };
}

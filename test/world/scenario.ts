/**
 * Plays a scenario: what clients ask, what upstreams answer, and what must come of it. The
 * files are in `scenarios/`, where README.md says how they are written.
 */

import { expect } from 'chai';
import { DECISION_FIELDS } from '../../src/decision/fields.ts';
import { VERSION } from '../../src/version.ts';
import { type AnswerText, writeAnswer } from './answer-text.ts';
import { checkMessage, type Expected, expectPart } from './expectation.ts';
import { readMessage } from './message-text.ts';
import { clientOf, type QueryText, toQuery, writeQuery } from './query-text.ts';
import { checkWords, type Scenario, type ScenarioFile } from './scenario-file.ts';
import { type SentQuestion, type SentReply, Stage } from './stage.ts';
import type { WrittenRecord } from './written-record.ts';

interface ExpectedQuestion extends Expected {
  readonly server?: string;
  readonly oneOf?: readonly string[];
  readonly transport?: string;
  /** All octets but the ID are those of the client's query. */
  readonly verbatim?: boolean;
  /** The name has the case of the client's query; elsewhere any. */
  readonly asWritten?: boolean;
}

interface GivenAnswer extends AnswerText {
  readonly from?: string;
  readonly wrongChannel?: boolean;
  /** The last question to this server is answered, not the last of all. */
  readonly of?: string;
  readonly after?: string;
}

/** Plays a scenario on a stage of its own; throws where it goes another way. */
export function play(file: ScenarioFile, scenario: Scenario): void {
  const config = `${scenario.config ?? file.config}\n${scenario.with ?? ''}`;
  const stage = new Stage(config, { files: file.zones ?? {}, capacity: scenario.slots ?? 16 });
  try {
    const player = new Player(stage, config);
    for (const step of scenario.steps) {
      for (const [event, value] of Object.entries(step)) player.play(event, value);
    }
    player.end();
  } finally {
    stage.close();
  }
}

class Player {
  readonly #stage: Stage;
  readonly #config: string;
  /** Queries by ID. */
  readonly #queries: Map<number, { query: QueryText; octets: Uint8Array }> = new Map();
  #lastId = 0;
  #asked: SentQuestion | undefined;
  /** All questions that were looked at. */
  readonly #questions: SentQuestion[] = [];
  #told: ReadonlyMap<string, number> = new Map();
  #recordsBefore = 0;
  #droppedBefore = 0;
  #probesBefore = 0;
  #checksBefore = 0;
  readonly #shadows: WrittenRecord[] = [];
  readonly #events: Readonly<Record<string, (value: never) => void>> = {
    query: (given: QueryText | string) => this.#query(toQuery(given)),
    asks: (expected: ExpectedQuestion | string) => this.#asks(expected),
    answers: (answer: GivenAnswer | string) => this.#answers(answer),
    wait: (time: string) => this.#stage.wait(milliseconds(time)),
    fails: (reason: string) => this.#stage.fail(this.#asked!, reason || undefined),
    reply: (expected: Expected | string) => this.#reply(expected),
    record: (expected: unknown) => this.#record(expected),
    shadow: (expected: unknown) => this.#shadow(expected),
    ignored: (reason: string) => this.#ignores(reason),
    reload: (lines: string) => this.#stage.reload(`${this.#config}\n${lines}`),
    counts: (lines: readonly string[]) => this.#counts(lines),
    start: () => this.#stage.engine.probe(this.#stage.now),
    probes: (servers: readonly string[]) => this.#probes(servers),
    checks: (servers: readonly string[]) => this.#checks(servers),
    loops: (by: { server: string; client: string }) => this.#loops(by),
  };

  constructor(stage: Stage, config: string) {
    this.#stage = stage;
    this.#config = config;
  }

  play(event: string, value: unknown): void {
    const handle = this.#events[event];
    if (handle === undefined) throw new Error(`"${event}" is no event of a scenario`);
    checkWords(event, value);
    handle(this.#fillIn(value) as never);
  }

  /** What nobody can or wants to write down. */
  #fillIn(value: unknown): unknown {
    const text = JSON.stringify(value)
      .replaceAll('$policy', this.#stage.serving.policy.hash)
      .replaceAll('$version', VERSION)
      .replaceAll('$zeros', '00'.repeat(240));
    return JSON.parse(text);
  }

  /** All that was sent must have been looked at. */
  end(): void {
    expect(this.#stage.replies.length, 'replies that no step expects').to.equal(0);
    expect(this.#stage.asked.length, 'questions to upstreams that no step expects').to.equal(0);
    expect(this.#stage.shadows.length, 'shadow records that no step expects').to.equal(0);
    for (const record of [...this.#stage.records, ...this.#shadows]) {
      const fields = Object.keys(record);
      const documented = DECISION_FIELDS.map(({ name }) => name);
      expect(fields).to.deep.equal(documented.filter((name) => fields.includes(name)));
    }
  }

  #query(query: QueryText): void {
    const id = query.id ?? ++this.#lastId;
    this.#send(query, id, writeQuery(query, id));
  }

  #send(query: QueryText, id: number, octets: Uint8Array): void {
    this.#queries.set(id, { query, octets });
    this.#recordsBefore = this.#stage.records.length;
    this.#droppedBefore = this.#stage.dropped;
    this.#told = new Map(this.#stage.told);
    this.#stage.query(octets, clientOf(query));
  }

  #asks(expected: ExpectedQuestion | string): void {
    const { asked } = this.#stage;
    if (expected === 'none')
      return expect(asked.length, 'questions to upstreams').to.equal(0) && undefined;
    const question = asked.shift();
    expect(question, 'a question to an upstream').not.to.equal(undefined);
    this.#asked = question!;
    this.#questions.push(question!);
    const {
      server,
      oneOf,
      transport,
      verbatim,
      asWritten,
      question: text,
      ...rest
    } = typeof expected === 'string' ? { server: expected } : expected;
    if (server !== undefined) expect(question!.upstream.name).to.equal(server);
    if (oneOf !== undefined) expect(oneOf).to.include(question!.upstream.name);
    if (transport !== undefined) expect(question!.transport).to.equal(transport);
    if (verbatim) {
      const { octets } = this.#queries.get(this.#lastId)!;
      expect([...question!.octets.subarray(2)]).to.deep.equal([...octets.subarray(2)]);
    }
    this.#checkName(question!, text, verbatim || asWritten);
    checkMessage(question!.octets, rest);
  }

  /** Whether a question is the one expected, or the client's, in its very case or in another. */
  #checkName({ octets }: SentQuestion, text?: string, isExact = false): void {
    const { question } = readMessage(octets);
    if (isExact)
      expect(question).to.equal(readMessage(this.#queries.get(this.#lastId)!.octets).question);
    if (text !== undefined) expect(question?.toLowerCase()).to.equal(text.toLowerCase());
  }

  #answers(given: GivenAnswer | string): void {
    const answer = typeof given === 'string' ? { rcode: given } : given;
    const { from, wrongChannel, after, of, ...text } = answer;
    if (of === undefined && this.#stage.asked.length > 0) this.#asks({});
    const { upstream, channel, octets } =
      of === undefined
        ? this.#asked!
        : this.#questions.findLast((one) => one.upstream.name === of)!;
    if (after !== undefined) this.#stage.wait(milliseconds(after));
    this.#told = new Map(this.#stage.told);
    this.#stage.answer(writeAnswer(text, octets), {
      upstream: from === undefined ? upstream : this.#stage.upstream(from),
      channel: wrongChannel ? channel + 1 : channel,
    });
  }

  #reply(expected: Expected | string): void {
    const { replies, dropped } = this.#stage;
    if (expected === 'none') {
      expect(replies.length, 'replies').to.equal(0);
      return;
    }
    if (expected === 'dropped') {
      expect(dropped, 'queries dropped').to.equal(this.#droppedBefore + 1);
      return;
    }
    const reply = replies.shift();
    expect(reply, 'a reply').not.to.equal(undefined);
    this.#checkWay(reply!);
    checkMessage(reply!.octets, typeof expected === 'string' ? { rcode: expected } : expected);
  }

  /** What is true of every reply: it goes to who asked, echoes the question, and fits. */
  #checkWay({ octets, ...to }: SentReply): void {
    const reply = readMessage(octets);
    const { query, octets: asked } = this.#queries.get(reply.id)!;
    expect(to).to.deep.equal(clientOf(query));
    expect(reply.flags.startsWith('qr'), 'QR=1').to.equal(true);
    const { edns = {} } = query;
    if (edns === false) expect(reply.edns, 'an OPT record').to.equal(undefined);
    const { payload = 1232 } = edns === false ? { payload: 512 } : edns;
    const limit = to.transport === 'tcp' ? 0xffff : Math.max(512, Math.min(payload, 1232));
    expect(octets.length, 'octets').to.be.at.most(limit);
    if (reply.question !== undefined) {
      const { length } = reply.question.split(' ')[0]!;
      const end = 12 + (length === 1 ? 1 : length + 1) + 4;
      expect([...octets.subarray(12, end)]).to.deep.equal([...asked.subarray(12, end)]);
    }
  }

  #record(expected: unknown): void {
    const { records } = this.#stage;
    const fresh = records.slice(this.#recordsBefore);
    if (expected === 'none') expect(fresh, 'records').to.deep.equal([]);
    else expectPart(fresh.at(-1), expected, 'record');
  }

  #shadow(expected: unknown): void {
    const record = this.#stage.shadows.shift();
    expectPart(record, expected, 'shadow');
    expect(record).to.include({ event: 'shadow', action: 'shadow' });
    this.#shadows.push(record!);
  }

  #ignores(reason: string): void {
    const grown = [...this.#stage.told].filter(
      ([key, count]) => key.startsWith('ignored ') && count !== (this.#told.get(key) ?? 0),
    );
    const reasons = grown.map(([key]) => key.replace('ignored ', ''));
    expect(reasons.join(' ') || 'none', 'packets ignored').to.equal(reason);
  }

  /** `refused 192.0.2.1:53 rate-limit 1`: what was told, and how often. */
  #counts(lines: readonly string[]): void {
    const seen = [...this.#stage.told].map(([key, count]) => `${key} ${count}`);
    expect(seen).to.have.members([...lines]);
  }

  /** Which servers were asked, since the last look, whether they lead back here. */
  #probes(servers: readonly string[]): void {
    const { probes } = this.#stage;
    const seen = probes.slice(this.#probesBefore).map(({ upstream }) => upstream.name);
    expect(seen, 'probes').to.deep.equal(servers);
    this.#probesBefore = probes.length;
    this.#asked = probes.at(-1);
  }

  /** Which servers were asked, since the last look, whether they are back. */
  #checks(servers: readonly string[]): void {
    const { checks } = this.#stage;
    const seen = checks.slice(this.#checksBefore).map(({ upstream }) => upstream.name);
    expect(seen, 'health checks').to.deep.equal(servers);
    this.#checksBefore = checks.length;
    this.#asked = checks.at(-1);
  }

  /** The last probe of a server comes back as a client's query. */
  #loops({ server, client }: { server: string; client: string }): void {
    const probe = this.#stage.probes.findLast((sent) => sent.upstream.name === server);
    const { id, question } = readMessage(probe!.octets);
    this.#send({ name: question!.split(' ')[0]!, client }, id, probe!.octets);
  }
}

function milliseconds(time: string): number {
  const [, count, unit] = /^(\d+)(ms|s)$/.exec(time) ?? [];
  if (unit === undefined) throw new Error(`"${time}" is no time; expect one like 20ms or 2s`);
  return Number(count) * (unit === 's' ? 1000 : 1);
}

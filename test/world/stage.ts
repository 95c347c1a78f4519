/** The engine with everything around it played: clients, upstreams, the log, and the clock. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Recorder } from '../../src/decision/outcome.ts';
import { Pauses } from '../../src/decision/pauses.ts';
import { Engine, type Outbox } from '../../src/engine/engine.ts';
import type { ChannelEnd, Channels, Manner } from '../../src/forward/channels.ts';
import { type Upstream, UpstreamTable } from '../../src/forward/upstream.ts';
import {
  createLasting,
  type Lasting,
  type LoadedConfig,
  loadTaken,
} from '../../src/load/loaded-config.ts';
import { takeSnapshot } from '../../src/load/snapshot.ts';
import { formatAddress, parseAddress } from '../../src/net/address.ts';
import { DecisionLog } from '../../src/observe/decision-log.ts';
import { RecentDecisions } from '../../src/observe/recent.ts';
import { Recording } from '../../src/observe/recording.ts';
import { Statistics } from '../../src/observe/statistics.ts';
import { recordContext } from '../../src/policy/record-context.ts';
import type { ClientTransport } from '../../src/wire/client-transport.ts';
import { BUFFER_LENGTH } from '../../src/wire/header.ts';
import type { Query, Transport } from '../../src/wire/query.ts';
import { RCODES } from './message-text.ts';
import { withRoom } from './messages.ts';
import { outline } from './reply-check.ts';
import type { WrittenRecord } from './written-record.ts';

const START = Date.parse('2026-11-20T23:00:00.000Z');
/** How often a shell lets the engine look at its clock. */
const TICK_MS = 25;

/** Who asks, and how. */
export interface Client {
  readonly address: string;
  readonly port: number;
  readonly transport: ClientTransport;
}

/** What a client was sent. */
export interface SentReply extends Client {
  readonly octets: Uint8Array;
}

/** What an upstream was asked. */
export interface SentQuestion {
  readonly upstream: Upstream;
  readonly octets: Uint8Array;
  readonly transport: Transport;
  readonly channel: number;
  readonly manner: Manner;
}

export class Stage implements Outbox {
  now: number = START;
  /** What has happened and was not looked at yet, the oldest first. */
  readonly replies: SentReply[] = [];
  readonly asked: SentQuestion[] = [];
  readonly probes: SentQuestion[] = [];
  readonly checks: SentQuestion[] = [];
  readonly records: WrittenRecord[] = [];
  /** Records of what rules in shadow mode would have done. */
  readonly shadows: WrittenRecord[] = [];
  dropped = 0;
  ended = 0;
  /** How often the engine has told something beside decisions: `ignored short`. */
  readonly told: Map<string, number> = new Map();
  readonly statistics: Statistics = new Statistics();
  readonly table: UpstreamTable = new UpstreamTable();
  readonly pauses: Pauses = new Pauses();
  readonly #lasting: Lasting = createLasting(this.table, this.pauses);
  readonly engine: Engine;
  serving: LoadedConfig;
  readonly #folder: string;
  readonly #recording: Recording;
  readonly #buffer: Uint8Array = new Uint8Array(BUFFER_LENGTH);
  #channel = 0;

  /** `files` are written beside the configuration, which is `site.yaml`. */
  constructor(
    config: string,
    { files = {}, capacity = 16 }: { files?: Readonly<Record<string, string>>; capacity?: number },
  ) {
    this.#folder = mkdtempSync(join(tmpdir(), 'rcode5-'));
    for (const [file, text] of Object.entries(files)) writeFileSync(this.#path(file), text);
    this.serving = this.#prepare(config);
    const log = new PlayedLog((text) => this.#take(text));
    this.#recording = new Recording(this.statistics, new RecentDecisions(), log);
    this.#recording.pauses = this.pauses;
    const recorder = this.#recorder();
    this.engine = new Engine(this.serving, { outbox: this, recorder, capacity, refPrefix: 't' });
    this.use(this.serving);
  }

  /** Lets go of the files. */
  close(): void {
    rmSync(this.#folder, { recursive: true });
  }

  /** Another text takes the configuration's place. */
  reload(config: string): void {
    this.use(this.#prepare(config, { serving: this.serving, endpoints: [] }));
  }

  use(serving: LoadedConfig): void {
    const { policy } = serving;
    this.serving = serving;
    this.#recording.level = 'all';
    this.#recording.context = recordContext(policy, ['192.0.2.53:53']);
    this.engine.use(serving);
  }

  /** A client's message arrives. */
  query(octets: Uint8Array, { address, port, transport }: Client): void {
    const { query } = this.engine;
    const { family, words } = parseAddress(address)!;
    query.family = family;
    query.address.set(words);
    query.port = port;
    query.transport = transport;
    query.connection = transport === 'tcp' ? port : 0;
    this.#buffer.fill(0xee).set(octets);
    this.engine.receive(this.#buffer, octets.length, this.now);
  }

  /** An upstream's message arrives. */
  answer(octets: Uint8Array, from: { upstream: Upstream; channel: number }): void {
    this.engine.response(withRoom(octets, BUFFER_LENGTH), octets.length, from, this.now);
  }

  /** An upstream's channel is gone. */
  fail({ upstream, channel }: SentQuestion, reason: string | undefined): void {
    const kind = reason === undefined ? 'closed' : 'failed';
    const end = { kind, reason: reason ?? 'closed', hasAnswered: false } as const;
    this.engine.channelEnded(upstream, channel, end, this.now);
  }

  /** An upstream's channel ends in some way. */
  endChannel({ upstream, channel }: SentQuestion, end: ChannelEnd): void {
    this.engine.channelEnded(upstream, channel, end, this.now);
  }

  /** Time passes. */
  wait(milliseconds: number): void {
    const end = this.now + milliseconds;
    while (this.now < end) {
      this.now = Math.min(this.now + TICK_MS, end);
      this.engine.tick(this.now);
    }
  }

  upstream(name: string): Upstream {
    const found = this.table.upstreams.find((upstream) => upstream.name === name);
    if (found === undefined) throw new Error(`no configuration names the upstream ${name}`);
    return found;
  }

  /** The record first, as a shell does it: whoever is refused has a record by then. */
  reply(query: Query, octets: Uint8Array, length: number): void {
    const before = this.records.length;
    this.#recording.flush();
    const record = this.records.at(-1);
    expect(this.records.length, 'records of a reply').to.equal(before + 1);
    const refused = outline(octets.subarray(0, length)).rcode === 5;
    expect(record!['event'] === 'refused', 'a record says refused').to.equal(refused);
    expect(record!['id'], 'ID of the reply').to.equal(octets[0]! * 256 + octets[1]!);
    this.more(query, octets, length);
  }

  /** A message of a transfer: the first has a record, the others have none. */
  more(query: Query, octets: Uint8Array, length: number): void {
    this.#recording.flush();
    const address = formatAddress(query.family, query.address);
    const { port, transport } = query;
    this.replies.push({ octets: octets.slice(0, length), address, port, transport });
  }

  drop(_query: Query): void {
    this.#recording.flush();
    this.dropped++;
  }

  /** The client's connection is closed. */
  end(query: Query): void {
    this.drop(query);
    this.ended++;
  }

  /** Channels on which a question waits behind others, those that others outlive, and silent ones. */
  readonly stuck: Set<number> = new Set();
  readonly outlived: Set<number> = new Set();
  readonly silent: Set<number> = new Set();

  readonly channels: Channels = {
    send: (upstream, octets, length, transport, manner = 'usual') => {
      const channel = transport === 'tcp' ? -++this.#channel : ++this.#channel;
      const question = { upstream, octets: octets.slice(0, length), transport, channel, manner };
      const kind = isProbe(octets) ? this.probes : isCheck(octets) ? this.checks : this.asked;
      kind.push(question);
      return channel;
    },
    isStuck: (_upstream, channel) => this.stuck.has(channel),
    isOutlived: (_upstream, channel) => this.outlived.has(channel),
    unanswered: (_upstream, channel) => this.silent.has(channel),
  };

  /** Hands all to the real one, and counts what it tells in numbers alone. */
  #recorder(): Recorder {
    const recording = this.#recording;
    const tell = (...words: readonly string[]) => {
      const key = words.join(' ');
      this.told.set(key, (this.told.get(key) ?? 0) + 1);
    };
    return {
      received: (query) => recording.received(query),
      decided: (query, outcome, now) => recording.decided(query, outcome, now),
      shadowed: (query, outcome, now) => {
        recording.shadowed(query, outcome, now);
        recording.flush();
        this.shadows.push(this.records.pop()!);
      },
      upstreamAnswered(upstream, rcode, rttMs) {
        tell('answered', upstream, RCODES[rcode] ?? String(rcode));
        recording.upstreamAnswered(upstream, rcode, rttMs);
      },
      upstreamRefused(upstream, verdict, scope) {
        tell('refused', upstream, verdict);
        recording.upstreamRefused(upstream, verdict, scope);
      },
      channelLost(upstream, transport, loss) {
        tell('lost', upstream, transport, loss);
        recording.channelLost(upstream, transport, loss);
      },
      ignored(reason) {
        tell('ignored', reason);
        recording.ignored(reason);
      },
    };
  }

  #prepare(text: string, running?: { serving: LoadedConfig; endpoints: [] }): LoadedConfig {
    const file = this.#path('site.yaml');
    // Room for a hundred thousand answers takes longer than all that is played here.
    writeFileSync(file, /^cache:/m.test(text) ? text : `${text}\ncache: { entries: 100 }\n`);
    const { snapshot, config } = takeSnapshot({ file, environment: {} });
    const taken = { snapshot: { ...snapshot, takenAt: this.now }, config };
    const loaded = loadTaken(taken, this.#lasting, running);
    // What an upstream is asked is written down question by question: no others, unless they are meant.
    if (!/\bprobe:/.test(text)) {
      for (const group of loaded.groups.values()) Object.assign(group, { probe: 0 });
    }
    return loaded;
  }

  #path(file: string): string {
    return join(this.#folder, file);
  }

  /** A text with the files in it named as if the stage's folder were the current one. */
  shown(text: string): string {
    return text.replaceAll(`${this.#folder}/`, '');
  }

  #take(lines: string): void {
    for (const line of this.shown(lines).trimEnd().split('\n')) this.records.push(JSON.parse(line));
  }
}

/** Nobody else asks for names in `rcode5-loop`. */
function isProbe(octets: Uint8Array): boolean {
  return Buffer.from(octets.subarray(0, 64)).includes('rcode5-loop');
}

/** Nobody else asks for the name servers of the root. */
function isCheck(octets: Uint8Array): boolean {
  return octets[12] === 0 && octets[14] === 2;
}

/** A decision log that hands its lines on, and writes none. */
class PlayedLog extends DecisionLog {
  readonly #take: (lines: string) => void;

  constructor(take: (lines: string) => void) {
    super(undefined);
    this.#take = take;
  }

  override write(octets: Uint8Array, length: number, records: number): void {
    this.records += records;
    this.bytes += length;
    this.#take(Buffer.from(octets.subarray(0, length)).toString());
  }
}

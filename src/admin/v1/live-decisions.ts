/** `/api/v1/decisions/stream`: decisions as they are made, sent as server-sent events. */

import { randomBytes } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { type Filter, matches, parseDecision, parseFilter } from '../../observe/decision-filter.ts';
import type { RecentDecisions } from '../../observe/recent.ts';
import type { Missed } from '../api/answers.ts';
import type { AdminHandler } from '../http.ts';
import { failureReply, readParameters } from './parameters.ts';

/** Milliseconds between two looks for new records. */
const LOOK_MS = 100;
/** Records that are looked at each time: more a second nobody reads, and it takes CPU from queries. */
const MOST = 200;
/** Milliseconds after which a proxy, and a browser, are shown that the stream goes on. */
const HEARTBEAT_MS = 15_000;
/** Octets of a stream that its reader may leave unread. */
const UNREAD = 1 << 20;
/** Streams at a time. */
const STREAMS = 64;

type Rings = () => readonly RecentDecisions[];

/** How far a reader has come: the number of records taken from each ring. */
type Positions = ReadonlyMap<number, number>;

/** All streams of a server: one look at the threads' records is for all of them. */
export class LiveDecisions {
  /** Another one after each start: positions of an earlier process say nothing. */
  readonly #boot: string = randomBytes(6).toString('hex');
  readonly #rings: Rings;
  readonly #numbers: WeakMap<SharedArrayBuffer, number> = new WeakMap();
  readonly #streams: Set<Stream> = new Set();
  #next = 0;
  #seen: Map<number, number> = new Map();
  #looking: NodeJS.Timeout | undefined;
  #beat = 0;

  constructor(rings: Rings) {
    this.#rings = rings;
  }

  readonly handler: AdminHandler = (url, response, request) => {
    let filter: Filter;
    try {
      const { options, now } = readParameters(url);
      filter = parseFilter(options, now) as Filter;
    } catch (error) {
      return failureReply(error);
    }
    if (this.#streams.size >= STREAMS) {
      return { status: 503, body: `there are ${STREAMS} streams already; close one\n` };
    }
    response.writeHead(200, {
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      // nginx would keep events back.
      'x-accel-buffering': 'no',
    });
    this.#begin(new Stream(response, filter), request.header('last-event-id'));
    return 'streaming';
  };

  #begin(stream: Stream, lastId: string | undefined): void {
    if (this.#streams.size === 0) this.#start();
    // What has been made until now is for those who are there already.
    else this.#look();
    this.#resume(stream, lastId);
    this.#streams.add(stream);
    stream.response.on('close', () => {
      this.#streams.delete(stream);
      if (this.#streams.size === 0) clearInterval(this.#looking);
    });
  }

  #start(): void {
    this.#seen = this.#positions();
    this.#looking = setInterval(() => this.#look(), LOOK_MS);
  }

  /** Sends what was made since the last event that a reader has got, or says what it has missed. */
  #resume(stream: Stream, lastId: string | undefined): void {
    const last = lastId === undefined ? undefined : parseId(lastId);
    if (last === undefined) return stream.comment('decisions', this.#id(this.#seen));
    const since = new Date(last.at).toISOString();
    if (last.boot !== this.#boot) {
      return stream.missed({ why: 'restart', since }, this.#id(this.#seen));
    }
    const { lines, left } = this.#between(last.positions, this.#seen);
    if (left > 0) stream.missed({ why: 'overrun', count: left, since }, undefined);
    stream.send(lines, this.#id(this.#seen));
  }

  #look(): void {
    const now = this.#positions();
    const { lines, left } = this.#between(this.#seen, now);
    this.#seen = now;
    const id = this.#id(now);
    const isBeat = ++this.#beat % (HEARTBEAT_MS / LOOK_MS) === 0;
    for (const stream of this.#streams) {
      if (left > 0) stream.missed({ why: 'overrun', count: left }, undefined);
      if (lines.length > 0) stream.send(lines, id);
      if (isBeat) stream.comment('here', id);
    }
  }

  /** The latest records between two positions, in the order of their threads; how many are not. */
  #between(from: Positions, to: Positions): { lines: readonly string[]; left: number } {
    const rings = this.#rings();
    const share = Math.ceil(MOST / Math.max(rings.length, 1));
    const lines: string[] = [];
    let made = 0;
    for (const ring of rings) {
      const number = this.#numberOf(ring);
      const [start, end] = [from.get(number) ?? 0, to.get(number) ?? 0];
      made += Math.max(0, end - start);
      lines.push(...ring.between(Math.max(start, end - share), end));
    }
    return { lines, left: made - lines.length };
  }

  #positions(): Map<number, number> {
    return new Map(this.#rings().map((ring) => [this.#numberOf(ring), ring.count]));
  }

  #numberOf({ buffer }: RecentDecisions): number {
    const known = this.#numbers.get(buffer);
    if (known !== undefined) return known;
    this.#numbers.set(buffer, this.#next);
    return this.#next++;
  }

  /** `BOOT.TIME.0:12-1:7` */
  #id(positions: Positions): string {
    const counts = [...positions].map(([ring, count]) => `${ring}:${count}`).join('-');
    return `${this.#boot}.${Date.now()}.${counts}`;
  }
}

function parseId(id: string): { boot: string; at: number; positions: Positions } | undefined {
  const [, boot, time, counts] = /^([0-9a-f]{12})\.(\d{13})\.([\d:-]*)$/.exec(id) ?? [];
  if (boot === undefined) return undefined;
  const pairs = counts!.split('-').map((pair) => pair.split(':').map(Number));
  const positions = new Map(pairs.map(([ring = 0, count = 0]) => [ring, count]));
  return { boot, at: Number(time), positions };
}

/** One reader. */
class Stream {
  readonly response: ServerResponse;
  readonly #filter: Filter;

  constructor(response: ServerResponse, filter: Filter) {
    this.response = response;
    this.#filter = filter;
  }

  /** Records that the reader asks for; the last has the position behind all of them. */
  send(lines: readonly string[], id: string): void {
    const events = lines.flatMap((line) => {
      const record = parseDecision(line);
      return record !== undefined && matches(this.#filter, record) ? `data: ${line}\n\n` : [];
    });
    if (events.length === 0) return;
    events[events.length - 1] = `id: ${id}\n${events.at(-1)}`;
    this.#write(events.join(''));
  }

  missed(missed: Missed, id: string | undefined): void {
    const head = id === undefined ? '' : `id: ${id}\n`;
    this.#write(`${head}event: missed\ndata: ${JSON.stringify(missed)}\n\n`);
  }

  /** Nothing that a reader is told of, but for the position. */
  comment(text: string, id: string): void {
    this.#write(`: ${text}\nid: ${id}\n\n`);
  }

  /** Whoever reads more slowly than is written would have us keep it all: he has to come again. */
  #write(text: string): void {
    this.response.write(text);
    if (this.response.writableLength > UNREAD) this.response.destroy();
  }
}

/**
 * The TCP connections of one thread to one upstream, kept open between queries and pipelined
 * (RFC 7766 section 6.2). Each is judged by its silence:
 *
 *     in use ──▶ overdue: gets company, and no more questions until something comes
 *        │          └──▶ retired: a question has timed out ──▶ lingers for late answers ─┐
 *        ├──▶ idle ──────────────────────────────────────────────────────────────────────▶ closed
 *        └──▶ ended by its server, lost, or garbled ─────────────────────────────────────┘
 *
 * Some servers answer one question of a connection after the other (dnsmasq), some close it after
 * a number of answers (NSD, `tcp-query-count`): how many is learned, and no more are asked by one.
 */

import { CHANNEL_LIMITS, type ChannelLimits } from './channel-limits.ts';
import { isSilent, type Manner } from './channels.ts';

/** A connection to an upstream, or one that is being made. */
export interface Stream {
  readonly number: number;
  readonly isConnected: boolean;
  /** Octets that the server has not taken. */
  readonly unsent: number;
  close(): void;
}

const IDS = 0x10000;

/** One connection and what waits on it. */
export class Line<S extends Stream> {
  readonly stream: S;
  /** Questions that wait for their answers, by ID, with the time at which they were sent. */
  readonly waiting: Map<number, number> = new Map();
  /** A bit for each ID that was ever asked by it: an answer to one of them may come late. */
  readonly #asked: Uint8Array = new Uint8Array(IDS / 8);
  heardAt: number;
  usedAt: number;
  /** Answers that have come. */
  answers = 0;
  /** A question waits behind others that keep the server busy. */
  isSlow = false;
  /** When it was taken out of use. */
  retiredAt: number | undefined;
  /** It carries a transfer. */
  readonly isAlone: boolean;

  constructor(stream: S, now: number, isAlone: boolean) {
    this.stream = stream;
    this.heardAt = now;
    this.usedAt = now;
    this.isAlone = isAlone;
  }

  /** A question leaves by it. */
  ask(id: number, now: number): void {
    this.waiting.set(id, now);
    this.#asked[id >> 3]! |= 1 << (id & 7);
    this.usedAt = now;
  }

  wasAsked(id: number): boolean {
    return (this.#asked[id >> 3]! & (1 << (id & 7))) !== 0;
  }

  /** Forgets questions that were sent before a time. */
  forget(time: number): void {
    for (const [id, sentAt] of this.waiting) {
      if (sentAt >= time) break;
      this.waiting.delete(id);
    }
  }

  /** Whether nothing has come from the server for a while, although something waits. */
  isOverdue(now: number, milliseconds: number): boolean {
    if (this.waiting.size === 0) return false;
    const oldest: number = this.waiting.values().next().value!;
    return this.isSlow || now - Math.max(oldest, this.heardAt) >= milliseconds;
  }
}

/** Milliseconds for which it is remembered that a server closes connections after some answers. */
const LEARNED_MS = 60_000;

export class StreamPool<S extends Stream> {
  readonly #open: (now: number) => S;
  readonly #limits: ChannelLimits;
  #lines: Line<S>[] = [];
  /** Questions that a connection takes, and until when that is known. */
  #pipelined: number;
  #learnedUntil = 0;

  constructor(open: (now: number) => S, limits: ChannelLimits = CHANNEL_LIMITS) {
    this.#open = open;
    this.#limits = limits;
    this.#pipelined = limits.pipelined;
  }

  /** The connection for a question; undefined when all that may be opened are full. */
  pick(id: number, manner: Manner, now: number): S | undefined {
    const line = manner === 'alone' ? this.#pickAlone(now) : this.#pick(manner, now);
    if (line === undefined) return undefined;
    line.ask(id, now);
    return line.stream;
  }

  /**
   * A message has come. Returns whether its ID was ever asked by the connection: if not, what comes
   * by it is no sequence of messages any more, or never was.
   */
  heard(number: number, id: number, now: number): boolean {
    const line = this.#find(number);
    if (line === undefined) return true;
    line.heardAt = now;
    line.isSlow = false;
    line.waiting.delete(id);
    const wasAsked = line.wasAsked(id);
    if (wasAsked) line.answers++;
    return wasAsked;
  }

  /** Whether a question waits behind others on a connection that has been silent since. */
  isStuck(number: number, id: number, sentAt: number): boolean {
    const line = this.#find(number);
    if (line === undefined || !line.stream.isConnected || line.heardAt >= sentAt) return false;
    if (line.waiting.keys().next().value === id) return false;
    line.isSlow = true;
    return true;
  }

  /** A question has timed out: a connection that is silent is retired. Returns whether it is. */
  unanswered(number: number, sentAt: number, now: number): boolean {
    const line = this.#find(number);
    if (line === undefined || !isSilent(line.heardAt, sentAt, now)) return false;
    const { isConnected } = line.stream;
    if (isConnected || now - sentAt >= this.#limits.connect) this.#retire(line, now);
    return isConnected;
  }

  /**
   * The connection is gone, `isClosed` by its server; it is closed here too. Returns whether it
   * had answered anything.
   */
  ended(number: number, isClosed: boolean, now: number): boolean {
    const line = this.#find(number);
    if (line === undefined) return false;
    const { answers, waiting } = line;
    if (isClosed && answers > 0 && waiting.size > 0) {
      this.#pipelined = Math.min(this.#pipelined, answers);
      this.#learnedUntil = now + LEARNED_MS;
    }
    this.#close(line);
    return answers > 0;
  }

  /**
   * What has come by the connection was no answer: it is closed, since nothing behind it can be read.
   * `wasAsked` is what `heard` returned of it. Returns whether anything else had been answered.
   */
  garbled(number: number, wasAsked: boolean): boolean {
    const line = this.#find(number);
    if (line === undefined) return false;
    this.#close(line);
    return line.answers > (wasAsked ? 1 : 0);
  }

  /** Closes what is idle, and forgets questions that nobody waits for any more. */
  tick(now: number): void {
    if (now >= this.#learnedUntil) this.#pipelined = this.#limits.pipelined;
    for (const line of this.#lines) {
      line.forget(now - this.#limits.linger);
      if (this.#isOver(line, now)) this.#close(line);
    }
  }

  #isOver({ waiting, retiredAt, isAlone, usedAt, heardAt }: Line<S>, now: number): boolean {
    const { linger, idle, transferIdle } = this.#limits;
    const quiet = now - Math.max(usedAt, heardAt);
    if (retiredAt !== undefined) return waiting.size === 0 || now - retiredAt >= linger;
    return isAlone ? quiet >= transferIdle : waiting.size === 0 && quiet >= idle;
  }

  close(): void {
    for (const { stream } of this.#lines) stream.close();
    this.#lines = [];
  }

  #pick(manner: Manner, now: number): Line<S> | undefined {
    const { streams, overdue } = this.#limits;
    const live = this.#lines.filter((line) => line.retiredAt === undefined && !line.isAlone);
    if (manner === 'usual') {
      const free = live.find((line) => {
        const isFree = line.waiting.size < this.#pipelined && this.#hasRoom(line);
        return isFree && !line.isOverdue(now, overdue);
      });
      if (free !== undefined) return free;
    }
    if (live.length < streams) return this.#connect(now, false);
    const open = live.filter((line) => this.#hasRoom(line));
    const prompt = open.filter((line) => !line.isOverdue(now, overdue));
    return shortest(prompt.length > 0 ? prompt : open);
  }

  #pickAlone(now: number): Line<S> | undefined {
    const count = this.#lines.filter(({ isAlone }) => isAlone).length;
    return count < this.#limits.transfers ? this.#connect(now, true) : undefined;
  }

  #connect(now: number, isAlone: boolean): Line<S> {
    const line = new Line(this.#open(now), now, isAlone);
    this.#lines.push(line);
    return line;
  }

  #hasRoom({ stream }: Line<S>): boolean {
    return stream.unsent < this.#limits.unsent;
  }

  #find(number: number): Line<S> | undefined {
    return this.#lines.find(({ stream }) => stream.number === number);
  }

  #retire(line: Line<S>, now: number): void {
    if (line.retiredAt !== undefined) return;
    line.retiredAt = now;
    const retired = this.#lines.filter(({ retiredAt }) => retiredAt !== undefined);
    if (retired.length > this.#limits.streams) this.#close(retired[0]!);
  }

  #close(line: Line<S>): void {
    this.#lines = this.#lines.filter((one) => one !== line);
    line.stream.close();
  }
}

/** The one on which fewest questions wait. */
function shortest<S extends Stream>(lines: readonly Line<S>[]): Line<S> | undefined {
  let best = lines[0];
  for (const line of lines) if (line.waiting.size < best!.waiting.size) best = line;
  return best;
}

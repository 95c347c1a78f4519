/**
 * Hands batches to an OTLP receiver by HTTP (OTLP 1.9, "OTLP/HTTP response" and "All other
 * responses").
 *
 * 429, 502, 503 and 504 are sent again, when Retry-After says. What is wrong with the data (400, 413,
 * 422) is set aside. A client that keeps records in memory is to give up a batch at any other status;
 * here the file keeps them, so a wrong token, a wrong path or a receiver that answers 500 loses
 * nothing: the batch waits. Only when others of the batch are taken is a record itself to blame.
 */

import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import {
  type Delivered,
  type Delivery,
  type RefusedRow,
  Unavailable,
} from '../shipping/delivery.ts';
import { reasonOf, shorten, timed } from '../shipping/requests.ts';
import { LogRequests, readAnswer } from './log-records.ts';
import type { OtlpReceiver } from './receiver.ts';

const compress = promisify(gzip);

/** To be sent again as they are. */
const RETRYABLE: ReadonlySet<number> = new Set([429, 502, 503, 504]);
/** About what was sent, not about who sends it or where to. */
const ABOUT_DATA: ReadonlySet<number> = new Set([400, 413, 422]);
/** Who sends, where to, and how: no record is to blame. */
const ABOUT_SENDER: ReadonlySet<number> = new Set([401, 403, 404, 405, 407, 408, 415]);
/** Refusals of a batch, one after the other, until its records are tried in part. */
const PATIENCE = 5;
/** Refusals in a row until nothing of a batch is taken to be good. */
const MOST_MISSES = 20;
/** Milliseconds that a receiver can ask for. */
const MOST_RETRY_AFTER_MS = 3_600_000;

/** The receiver has refused what was sent. */
class Refusal extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** How it goes with the parts of a batch. */
interface Parts {
  isAnyTaken: boolean;
  misses: number;
  rejected: Delivered['rejected'];
  readonly refused: RefusedRow[];
}

export class OtlpDelivery implements Delivery {
  readonly #to: OtlpReceiver;
  readonly #requests: LogRequests;
  readonly #timeout: number | undefined;
  #refusals = 0;

  /** `timeout`: milliseconds until a request is given up. */
  constructor(to: OtlpReceiver, timeout?: number) {
    this.#to = to;
    this.#requests = new LogRequests(to);
    this.#timeout = timeout;
  }

  async deliver(rows: readonly string[], stop: AbortSignal): Promise<Delivered> {
    try {
      const rejected = await this.#send(rows, stop);
      this.#refusals = 0;
      return { refused: [], rejected };
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const isAboutData = ABOUT_DATA.has(error.status);
      if (!isAboutData && ++this.#refusals < PATIENCE) throw error;
      this.#refusals = 0;
      const parts: Parts = { isAnyTaken: false, misses: 0, rejected: undefined, refused: [] };
      await this.#sendParts(rows, error, parts, stop);
      const { isAnyTaken, refused, rejected } = parts;
      if (isAnyTaken) return { refused, rejected };
      if (!isAboutData) throw error;
      return { refused: rows.map((row) => ({ row, why: error.message })) };
    }
  }

  /** Halves what was refused; ends early while nothing at all is taken. */
  async #sendParts(
    rows: readonly string[],
    { message }: Refusal,
    parts: Parts,
    stop: AbortSignal,
  ): Promise<void> {
    if (rows.length === 1) {
      parts.refused.push({ row: rows[0]!, why: message });
      return;
    }
    const half = rows.length >> 1;
    for (const part of [rows.slice(0, half), rows.slice(half)]) {
      if (!parts.isAnyTaken && parts.misses >= MOST_MISSES) return;
      try {
        const rejected = await this.#send(part, stop);
        const count = (parts.rejected?.count ?? 0) + (rejected?.count ?? 0);
        if (rejected !== undefined) parts.rejected = { ...rejected, count };
        parts.isAnyTaken = true;
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        parts.misses++;
        await this.#sendParts(part, error, parts, stop);
      }
    }
  }

  /** Resolves to what was not taken although the request was. Rejects with a Refusal, or an Unavailable. */
  async #send(rows: readonly string[], stop: AbortSignal): Promise<Delivered['rejected']> {
    const { url, headers, compression, version } = this.#to;
    const octets = this.#requests.write(rows);
    const isPacked = compression === 'gzip';
    let status: number;
    let retryAfter: string | null;
    let answer: Uint8Array;
    try {
      const response = await fetch(url, {
        method: 'POST',
        redirect: 'error',
        headers: {
          'user-agent': `rcode5/${version}`,
          ...headers,
          'content-type': 'application/json',
          ...(isPacked && { 'content-encoding': 'gzip' }),
        },
        body: isPacked ? await compress(octets) : Buffer.from(octets),
        signal: timed(stop, this.#timeout),
      });
      status = response.status;
      retryAfter = response.headers.get('retry-after');
      answer = new Uint8Array(await response.arrayBuffer());
    } catch (error) {
      throw new Unavailable(reasonOf(error));
    }
    if (status === 200) {
      const { rejected, message } = readAnswer(answer);
      const count = Math.min(rows.length, rejected);
      return count === 0 ? undefined : { count, why: shorten(message) };
    }
    const why = `status ${status}: ${shorten(messageOf(answer))}`;
    if (RETRYABLE.has(status)) throw new Unavailable(why, waitOf(retryAfter));
    if (ABOUT_SENDER.has(status) || status < 400) throw new Unavailable(why);
    throw new Refusal(status, why);
  }
}

/** A google.rpc.Status says more than its code. */
function messageOf(octets: Uint8Array): string {
  const text = Buffer.from(octets).toString('utf8');
  try {
    const { message } = JSON.parse(text) as { readonly message?: unknown };
    return typeof message === 'string' ? message : text;
  } catch {
    return text;
  }
}

/** Seconds, or a date (RFC 9110 section 10.2.3); what is neither says nothing. */
function waitOf(retryAfter: string | null): number {
  if (retryAfter === null) return 0;
  const wait = /^\d+$/.test(retryAfter)
    ? Number(retryAfter) * 1000
    : Date.parse(retryAfter) - Date.now();
  return Number.isNaN(wait) ? 0 : Math.min(Math.max(wait, 0), MOST_RETRY_AFTER_MS);
}

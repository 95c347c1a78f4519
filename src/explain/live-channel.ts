/** One question at a time to a server that is asked by TLS or HTTPS, and what came of it. */

import { randomInt } from 'node:crypto';
import { formatQuestion, type WireQuestion } from '../diagnose/question.ts';
import { type Exchange, NO_ANSWER, type Reply, readReply } from '../diagnose/reply.ts';
import type { Upstream } from '../forward/upstream.ts';
import { PortableChannels } from '../transport/portable-channels.ts';

export class LiveChannel {
  readonly #upstream: Upstream;
  readonly #timeoutMs: number;
  readonly #channels: PortableChannels;
  #answered: (octets: Buffer) => void = () => {};
  #failed: (reason: string) => void = () => {};

  constructor(upstream: Upstream, timeoutMs: number) {
    this.#upstream = upstream;
    this.#timeoutMs = timeoutMs;
    this.#channels = new PortableChannels({
      answered: (_upstream, _channel, octets) => {
        this.#answered(octets);
        return true;
      },
      ended: (_upstream, _channel, { reason }) => this.#failed(reason),
      failed: (_upstream, _channel, _id, reason) => this.#failed(reason),
      secured: () => {},
      unsecured: () => {},
    });
  }

  /** Whatever the network does is an outcome. */
  async ask(question: WireQuestion): Promise<Exchange> {
    const start = performance.now();
    const elapsed = () => Math.round((performance.now() - start) * 10) / 10;
    const octets = formatQuestion(question, randomInt(0x10000));
    const { promise, resolve, reject } = Promise.withResolvers<Reply>();
    this.#answered = (answer) => {
      const reply = readReply(Buffer.from(answer), octets);
      if (reply !== undefined) resolve(reply);
    };
    this.#failed = (reason) => reject(new Error(reason));
    const timer = setTimeout(() => this.#failed(NO_ANSWER), this.#timeoutMs);
    try {
      this.#channels.send(this.#upstream, octets, octets.length, 'tcp');
      return { reply: await promise, ms: elapsed() };
    } catch (error) {
      return { silence: (error as Error).message, ms: elapsed() };
    } finally {
      clearTimeout(timer);
    }
  }

  close(): void {
    this.#channels.close();
  }
}

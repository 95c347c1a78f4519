/** One client who asks an engine on a stage, and what became of the queries. */

import { writeAnswer } from '../world/answer-text.ts';
import { type QueryText, writeQuery } from '../world/query-text.ts';
import { type SentQuestion, Stage } from '../world/stage.ts';

export class Asking extends Stage {
  constructor(config: string) {
    super(config, {});
  }

  /** Asks; returns the question that an upstream was asked last. */
  ask(text: Partial<QueryText> = {}, id = 1): SentQuestion {
    const { transport = 'udp' } = text;
    const client = { address: '127.0.0.1', port: 40_000, transport };
    this.query(writeQuery({ name: 'www.example.com', ...text }, id), client);
    return this.asked.at(-1)!;
  }

  /** An upstream answers; NXDOMAIN, unless another rcode is given. */
  give(question: SentQuestion, text: Parameters<typeof writeAnswer>[0] = {}): void {
    this.answer(writeAnswer({ rcode: 'NXDOMAIN', ...text }, question.octets), question);
  }

  /** Of the replies, the oldest first. */
  get rcodes(): number[] {
    return this.replies.map(({ octets }) => octets[3]! & 0x0f);
  }

  /** What was noted of the attempts at the last query. */
  get attempts(): string[] {
    const list = this.records.at(-1)?.attempts ?? [];
    return list.map(({ rcode }) => rcode);
  }
}

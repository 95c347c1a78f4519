/**
 * What becomes of an upstream's answer: it is delivered, or another is asked, because it says that
 * the server does not know EDNS, refuses, has failed, or could not be had whole.
 */

import type { Recorder } from '../decision/outcome.ts';
import { AttemptResult } from '../decision/upstream-refusal.ts';
import type { Exchanges } from '../forward/exchanges.ts';
import type { PendingQuery } from '../forward/pending-query.ts';
import { readRefusal } from '../forward/refusal.ts';
import type { SelfQueries } from '../forward/self-queries.ts';
import type { Answer } from '../wire/answer.ts';
import { HEADER_LENGTH } from '../wire/header.ts';
import type { Query } from '../wire/query.ts';
import { formatRcode, Rcode } from '../wire/registry.ts';
import type { Delivery } from './delivery.ts';
import type { QueryPurpose } from './purpose.ts';
import type { Unanswered } from './unanswered.ts';

type Pending = PendingQuery<QueryPurpose>;

export interface AnswersParts {
  /** The one query that is at hand at a time. */
  readonly query: Query;
  readonly recorder: Recorder;
  readonly exchanges: Exchanges<QueryPurpose>;
  readonly selfQueries: SelfQueries;
  readonly delivery: Delivery;
  readonly unanswered: Unanswered;
}

export class Answers {
  readonly #parts: AnswersParts;

  constructor(parts: AnswersParts) {
    this.#parts = parts;
  }

  /** An answer to the pending query's question has come. */
  judge(pending: Pending, answer: Answer, now: number): void {
    const { exchanges, delivery, unanswered, query } = this.#parts;
    const current = pending.current!;
    if (current.edns && !query.isVerbatim && answer.isPuzzledByEdns) {
      // RFC 6891 section 7: a server that does not know EDNS is asked without it.
      current.edns = false;
      return exchanges.askAgain(pending, query, now);
    }
    if (answer.rcode === Rcode.REFUSED) return this.#noteRefusal(pending, answer, now);
    if (answer.truncated && query.isByStream && current.transport === 'udp') {
      return unanswered.failed(pending, AttemptResult.TRUNCATED, now);
    }
    if (answer.rcode === Rcode.SERVFAIL) {
      pending.note(formatRcode(answer.rcode), now);
      exchanges.drop(pending);
      if (exchanges.ask(pending, query, now)) return;
      if (pending.refusal !== undefined) return delivery.failure(pending, now);
    }
    delivery.answer(pending, answer, now);
  }

  /** A refusal is passed on when no other server of the group answers. */
  #noteRefusal(pending: Pending, answer: Answer, now: number): void {
    const { exchanges, delivery, recorder, selfQueries, query } = this.#parts;
    const refusal = readRefusal(pending, query, answer, now);
    exchanges.noteRefusal(pending, refusal);
    recorder.upstreamRefused(refusal.address, refusal.verdict, refusal.scope);
    const isBare = answer.questionEnd <= HEADER_LENGTH;
    selfQueries.refused(pending, { ...refusal, isBare }, query, now);
    if (answer.truncated && pending.current!.transport === 'udp' && !query.isVerbatim) {
      // It may be that only an address that nobody can forge is answered.
      return exchanges.askByTcp(pending, query, now);
    }
    exchanges.drop(pending);
    // Nobody can go on with a transfer that another server has begun.
    if (pending.isStreaming || !exchanges.ask(pending, query, now)) {
      delivery.failure(pending, now, answer);
    }
  }
}

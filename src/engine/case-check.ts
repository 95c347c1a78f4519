/**
 * Whether an answer has the name in the case that it was sent in. One that has lost it may be
 * forged, and is not taken: the server is asked by TCP, where nobody can forge. What it answers
 * there is taken in any case, and shows whether it keeps it.
 */

import type { Recorder } from '../decision/outcome.ts';
import { AttemptResult } from '../decision/upstream-refusal.ts';
import type { Exchanges } from '../forward/exchanges.ts';
import type { PendingQuery } from '../forward/pending-query.ts';
import type { Answer } from '../wire/answer.ts';
import type { Query } from '../wire/query.ts';
import { restoreCase } from '../wire/restored-case.ts';
import type { QueryPurpose } from './purpose.ts';

type Pending = PendingQuery<QueryPurpose>;

export interface CaseCheckParts {
  /** The one query that is at hand at a time. */
  readonly query: Query;
  readonly recorder: Recorder;
  readonly exchanges: Exchanges<QueryPurpose>;
}

export class CaseCheck {
  readonly #parts: CaseCheckParts;

  constructor(parts: CaseCheckParts) {
    this.#parts = parts;
  }

  /**
   * Whether the answer, which is one to the pending query's question, is taken; then it has the
   * client's case. An error that came without a question has no name to compare.
   */
  accepts(pending: Pending, answer: Answer, now: number): boolean {
    const { query } = this.#parts;
    const current = pending.current!;
    if (query.isVerbatim || !answer.hasQuestion) return true;
    if (current.isCased && !this.#isCredible(pending, answer, now)) {
      this.#refuse(pending, now);
      return false;
    }
    current.isCaseDoubted = false;
    restoreCase(answer, query);
    return true;
  }

  #isCredible(pending: Pending, answer: Answer, now: number): boolean {
    const { query, exchanges } = this.#parts;
    const { upstream, transport } = pending.current!;
    const { caseKeeping } = upstream!;
    const isLost = caseKeeping.isLost(now);
    if (exchanges.hasKeptCase(pending, query, answer.message)) {
      if (!isLost) caseKeeping.kept();
      return true;
    }
    if (transport === 'tcp') caseKeeping.lost(now);
    return isLost || transport === 'tcp';
  }

  #refuse(pending: Pending, now: number): void {
    const { query, recorder, exchanges } = this.#parts;
    const { upstream, isLate, isExtra } = pending.current!;
    const { health, caseKeeping } = upstream!;
    health.udp.heard(now);
    recorder.ignored('wrong-case');
    // Another was asked in its place, or besides.
    if (isLate || isExtra) return;
    if (health.tcp.isDown) {
      caseKeeping.doubted(now);
      pending.note(AttemptResult.CASE_LOST, now);
      exchanges.askAsWritten(pending, query, now);
    } else {
      pending.note(AttemptResult.CASE_DOUBTED, now);
      exchanges.askForCase(pending, query, now);
    }
  }
}

/**
 * Control questions to a server that refuses, so that more is known at the next refusal:
 * whether it recurses at all, what it answers to another type of the name, what it calls itself.
 */

import type { Answer } from '../wire/answer.ts';
import { parseName } from '../wire/name.ts';
import type { Query } from '../wire/query.ts';
import { RecordCursor, Section } from '../wire/records.ts';
import { Rcode, RrClass, RrType } from '../wire/registry.ts';
import type { Hear, SelfQueryTable } from './self-query-table.ts';
import type { Upstream } from './upstream.ts';

const ROOT = parseName('.') as Uint8Array;
const IDENTITY = parseName('id.server') as Uint8Array;
/** Questions of one round. */
const ROUND = 3;
/** Characters of a name that a server gives itself. */
const MAX_IDENTITY = 64;

const records = new RecordCursor();

/** What a server may still be asked. */
interface Budget {
  questions: number;
  since: number;
}

export class RefusalProbes {
  readonly #selfQueries: SelfQueryTable;
  readonly #budgets: Map<Upstream, Budget> = new Map();

  constructor(selfQueries: SelfQueryTable) {
    this.#selfQueries = selfQueries;
  }

  /** The server has refused the query; it may be asked so many questions a minute. */
  refused(upstream: Upstream, query: Query, perMinute: number, now: number): void {
    if (perMinute === 0 || query.isVerbatim || !this.#mayAsk(upstream, perMinute, now)) return;
    const note: Hear = (answer, asked, time) => upstream.note(asked, answer, time.rttMs, time.now);
    const ask = (name: Uint8Array, type: number) => {
      this.#selfQueries.ask(upstream, { name, type, rrClass: RrClass.IN }, now, note);
    };
    ask(ROOT, RrType.NS);
    ask(query.name.slice(0, query.nameLength), query.qtype === RrType.A ? RrType.SOA : RrType.A);
    const identity = { name: IDENTITY, type: RrType.TXT, rrClass: RrClass.CH };
    this.#selfQueries.ask(upstream, identity, now, (answer, _asked, time) => {
      if (answer.rcode === Rcode.REFUSED) upstream.history?.identify('', time.now);
      else if (answer.rcode === Rcode.NOERROR) {
        const name = readText(answer);
        if (name !== '') upstream.history?.identify(name, time.now);
      }
    });
  }

  #mayAsk(upstream: Upstream, perMinute: number, now: number): boolean {
    let budget = this.#budgets.get(upstream);
    if (budget === undefined) {
      budget = { questions: ROUND, since: now };
      this.#budgets.set(upstream, budget);
    }
    const earned = ((now - budget.since) / 60_000) * perMinute;
    budget.questions = Math.min(budget.questions + earned, Math.max(ROUND, perMinute));
    budget.since = now;
    if (budget.questions < ROUND) return false;
    budget.questions -= ROUND;
    return true;
  }
}

/** The first text of an answer's first TXT record, without what is not ASCII to be shown. */
function readText({ message, length }: Answer): string {
  records.start(message, length);
  while (records.next() && records.section === Section.ANSWER) {
    if (records.type !== RrType.TXT || records.end === records.rdataAt) continue;
    const at = records.rdataAt + 1;
    const end = Math.min(at + message[at - 1]!, records.end, at + MAX_IDENTITY);
    const text = String.fromCharCode(...message.subarray(at, end));
    return text.replaceAll(/[^ -~]|["\\]/g, '?');
  }
  return '';
}

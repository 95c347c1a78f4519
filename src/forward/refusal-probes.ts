/**
 * Control questions to a server: what it calls itself, and, when it refuses, so that more is known
 * at the next refusal, whether it refuses other names, other types, and the same by TCP.
 */

import { programOf, programOfRefusal } from '../decision/programs.ts';
import type { Answer } from '../wire/answer.ts';
import { parseName } from '../wire/name.ts';
import { readNsid } from '../wire/nsid.ts';
import type { Query } from '../wire/query.ts';
import { RecordCursor, Section } from '../wire/records.ts';
import { Rcode, RrClass, RrType } from '../wire/registry.ts';
import type { Hear, Question, SelfQueryTable } from './self-query-table.ts';
import type { Upstream } from './upstream.ts';

const ROOT = parseName('.') as Uint8Array;
const LOCALHOST = parseName('localhost') as Uint8Array;
/** Of class CHAOS: the name of the node, and that of its program. */
const IDENTITY = parseName('id.server') as Uint8Array;
const VERSION = parseName('version.bind') as Uint8Array;
const CHAOS = { type: RrType.TXT, rrClass: RrClass.CH };
/** Questions of one round at most. */
const ROUND = 5;
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
  refused(
    upstream: Upstream,
    query: Query,
    { perMinute, isBare }: { readonly perMinute: number; readonly isBare: boolean },
    now: number,
  ): void {
    if (perMinute === 0 || !this.#mayAsk(upstream, perMinute, now)) return;
    this.#askForNames(upstream, now);
    if (query.isVerbatim) return;
    const { qtype } = query;
    const note: Hear = (answer, asked, time) => upstream.note(asked, answer, time.rttMs, time.now);
    const ask = (question: Omit<Question, 'rrClass'>, hear: Hear) =>
      this.#selfQueries.ask(upstream, { ...question, rrClass: RrClass.IN }, now, hear);
    const name = query.name.slice(0, query.nameLength);
    if (isBare) {
      this.#askForLocalhost(upstream, now);
    } else {
      ask({ name: ROOT, type: qtype }, (answer, asked, time) => {
        // What a resolver answers for the root by itself shows nothing of other names.
        if (!(answer.authoritative && answer.recursionAvailable)) note(answer, asked, time);
      });
    }
    ask({ name, type: qtype === RrType.A ? RrType.SOA : RrType.A }, note);
    // What is refused without RD may be answered with it.
    if (!query.recursionDesired) return void ask({ name, type: qtype }, note);
    if (upstream.chosen(query) === 'tcp' || upstream.health.tcp.isDown) return;
    ask({ name, type: qtype, transport: 'tcp' }, (answer, asked, time) => {
      const { rcode } = answer;
      const isAnswered = rcode === Rcode.NOERROR || rcode === Rcode.NXDOMAIN;
      if (!isAnswered && rcode !== Rcode.REFUSED) return;
      upstream.known.noteByTcp(asked, isAnswered ? 'answered' : 'refused', time.now);
    });
  }

  /** A server that nobody has asked yet may be asked for its names. */
  introduce(upstream: Upstream, perMinute: number, now: number): void {
    if (perMinute > 0) this.#askForNames(upstream, now);
  }

  #askForNames(upstream: Upstream, now: number): void {
    if (!(upstream.history?.isStranger(now) ?? true)) return;
    const ask = (name: Uint8Array, hear: Hear) =>
      this.#selfQueries.ask(upstream, { ...CHAOS, name }, now, hear);
    ask(IDENTITY, (answer, _asked, time) => {
      const isRefused = answer.rcode === Rcode.REFUSED;
      const text = answer.rcode === Rcode.NOERROR ? readText(answer) : '';
      if (isRefused || text !== '') upstream.known.identify(text, time.now);
      if (isRefused) this.#askOn(upstream, answer.hasQuestion, time.now);
    });
    ask(VERSION, (answer, _asked, time) => {
      const text = answer.rcode === Rcode.NOERROR ? readText(answer) : '';
      const nsid = readNsid(answer.message, answer.optAt);
      const program = answer.rcode === Rcode.REFUSED ? refusedBy(answer) : programOf(text, nsid);
      upstream.known.nameProgram(program, time.now);
    });
  }

  /** Who refuses even its name is known better before a client meets it. */
  #askOn(upstream: Upstream, hasQuestion: boolean, now: number): void {
    if (!hasQuestion) return this.#askForLocalhost(upstream, now);
    if (upstream.transport !== 'udp' || upstream.health.tcp.isDown) return;
    const byTcp = { ...CHAOS, name: IDENTITY, transport: 'tcp' } as const;
    this.#selfQueries.ask(upstream, byTcp, now, (answer, _asked, time) => {
      if (answer.rcode !== Rcode.REFUSED) upstream.known.identifyByTcp(time.now);
    });
  }

  /** Unbound refuses all, or (`refuse_non_local`) all but what it holds: localhost (RFC 6761). */
  #askForLocalhost(upstream: Upstream, now: number): void {
    const question = { name: LOCALHOST, type: RrType.A, rrClass: RrClass.IN };
    this.#selfQueries.ask(upstream, question, now, (answer, _asked, time) => {
      upstream.known.noteLocal(answer.rcode !== Rcode.REFUSED, time.now);
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

function refusedBy({ authoritative: aa, recursionAvailable: ra }: Answer): string | undefined {
  return programOfRefusal({ aa, ra });
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

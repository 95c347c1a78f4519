/**
 * The decision record: one JSON object a line, in the shape of pino's. What no query changes is
 * rendered once and copied; the rest is written octet by octet.
 */

import { decidesBy } from '../decision/layers.ts';
import { type Event, edeCodes, eventOf, type Outcome } from '../decision/outcome.ts';
import type { Pauses } from '../decision/pauses.ts';
import { isMatch, matchedOwner } from '../decision/rule-of.ts';
import type { Attempt, UpstreamRefusal } from '../decision/upstream-refusal.ts';
import type { Verdict } from '../decision/verdict.ts';
import { HEADER_LENGTH, id } from '../wire/header.ts';
import type { Query } from '../wire/query.ts';
import type { RuleMatch, Trigger } from '../wire/rule-match.ts';
import { JsonWriter } from './json-writer.ts';
import { NatHints } from './nat-hint.ts';
import { json, type RecordContext, RecordFragments } from './record-fragments.ts';

/** Octets of a record but for texts of unknown length: two names, an address, fragments. */
const USUAL_LENGTH = 8192;

const PORT = json('","port":');
const PEER = json(',"peer":"');
const ELAPSED = json(',"elapsedMs":');
const TRIGGERED: Readonly<Record<Trigger, Uint8Array>> = {
  qname: json(',"trigger":"qname","match":"'),
  'client-ip': json(',"trigger":"client-ip","match":"'),
  'response-ip': json(',"trigger":"response-ip","match":"'),
};
const FOR = json('for ');
const END = json(')"}\n');

export class RecordWriter extends JsonWriter {
  /** Milliseconds by which the clock on the wall is ahead of the times that are given. */
  clockStep = 0;
  /** Who is not judged by policies for a while. */
  pauses: Pauses | undefined;
  readonly #fragments: RecordFragments = new RecordFragments();
  #natHints: NatHints = new NatHints([]);
  #second = -1;
  #secondText: Uint8Array = json('');
  /** How a record of this event begins at this time: those of a batch all have the same. */
  #beginning: Uint8Array = json('');
  #event: Event | undefined;
  #beganAt = -1;
  /** Where the client's address and the name stand in the record at hand. */
  #clientAt = 0;
  #clientEnd = 0;
  #nameAt = 0;
  #nameEnd = 0;

  set context(context: RecordContext) {
    this.#natHints = new NatHints(context.proxies);
    this.#fragments.context = context;
  }

  /** Appends the record of a decision and a line end. */
  record(query: Query, outcome: Outcome, now: number): void {
    const { verdict } = outcome;
    const event = eventOf(verdict);
    this.reserve(USUAL_LENGTH);
    this.#start(event, outcome.ref, now);
    this.#client(query, outcome.group);
    this.#question(query);
    this.#decision(query, outcome);
    this.#hint(query, verdict);
    if (this.pauses?.isAny) this.#paused(query);
    this.#errors(outcome);
    this.#upstream(outcome);
    this.raw(ELAPSED);
    this.decimal(now - query.receivedAt);
    this.#message(event, query, outcome);
  }

  #start(event: Event, ref: string, now: number): void {
    const time = Math.floor(now + this.clockStep);
    if (time !== this.#beganAt || event !== this.#event) this.#begin(event, time);
    this.raw(this.#beginning);
    this.raw(this.#fragments.event(event, ref !== ''));
    this.ascii(ref);
    this.raw(this.#fragments.identity);
  }

  #begin(event: Event, time: number): void {
    const start = this.length;
    this.raw(this.#fragments.level(event));
    this.#time(time);
    this.#beginning = Uint8Array.from(this.octets.subarray(start, this.length));
    this.#event = event;
    this.#beganAt = time;
    this.length = start;
  }

  #time(now: number): void {
    const second = Math.floor(now / 1000);
    if (second !== this.#second) {
      this.#second = second;
      this.#secondText = json(new Date(second * 1000).toISOString().slice(0, 20));
    }
    this.raw(this.#secondText);
    const milliseconds = now - second * 1000;
    if (milliseconds < 100) this.ascii(milliseconds < 10 ? '00' : '0');
    this.number(milliseconds);
  }

  #client(query: Query, group: number): void {
    this.#clientAt = this.length;
    this.address(query.family, query.address);
    this.#clientEnd = this.length;
    this.raw(PORT);
    this.number(query.port);
    if (query.isProxied) {
      this.raw(PEER);
      this.address(query.peer.family, query.peer.address);
      this.quote();
    }
    this.raw(this.#fragments.path(group, query));
    this.number(id(query.message));
  }

  #question(query: Query): void {
    const hasName = query.questionEnd > HEADER_LENGTH;
    this.raw(this.#fragments.question(query.opcode, query.recursionDesired, hasName));
    this.#nameAt = this.length;
    if (hasName) this.name(query.name, 0);
    this.#nameEnd = this.length;
  }

  #decision(query: Query, outcome: Outcome): void {
    const { verdict } = outcome;
    this.raw(this.#fragments.decision(query, outcome));
    if (verdict.named) {
      const { ruleFile, ruleEnd } = this.#fragments.rule(verdict);
      this.#ruleName(query);
      this.raw(ruleFile);
      this.number(query.match.line);
      this.raw(ruleEnd);
    }
    if (verdict.isShadow === true) this.raw(this.#fragments.rule(verdict).would);
    if (isMatch(verdict)) this.#match(query.match);
  }

  /** What a rule of a policy has matched: a name or an address. */
  #match({ trigger, name, prefix, address }: RuleMatch): void {
    this.raw(TRIGGERED[trigger]);
    if (trigger === 'qname') this.name(name.name, 0);
    else this.address(prefix!.family, address);
    this.quote();
  }

  /** The part of a rule's id that is a part of what it matched. */
  #ruleName(query: Query): void {
    const { trigger, name, depth, wildcard } = query.match;
    if (trigger !== 'qname') return this.ascii(matchedOwner(query));
    const at = name.suffixAt(depth);
    const isRoot = name.name[at] === 0;
    if (wildcard) this.ascii(isRoot ? '*' : '*.');
    if (isRoot && wildcard) return;
    this.name(name.name, at);
    if (!isRoot) this.length--;
  }

  /** What the verdict knows, and whether the client may be somebody else. */
  #hint(query: Query, verdict: Verdict): void {
    const hint = verdict.hint?.(query);
    const nat = decidesBy(verdict.layer, 'client') ? this.#natHints.find(query) : undefined;
    if (hint === undefined && nat === undefined) return;
    const both = hint === undefined || nat === undefined ? (hint ?? nat)! : `${hint}; ${nat}`;
    this.raw(this.#fragments.hint(both));
  }

  #paused(query: Query): void {
    const names = this.pauses!.of(query);
    if (names.length > 0) this.raw(json(`,"paused":${JSON.stringify(names)}`));
  }

  #errors(outcome: Outcome): void {
    if (outcome.refusal === undefined) {
      this.raw(this.#fragments.rule(outcome.verdict).ede);
      return;
    }
    const codes = edeCodes(outcome);
    if (codes.length > 0) this.ascii(`,"ede":[${codes.join(',')}]`);
  }

  #upstream({ upstream, rttMs, refusal, attempts }: Outcome): void {
    if (upstream !== undefined) {
      this.ascii(',"upstream":{"address":');
      this.raw(this.#fragments.text(upstream));
      this.ascii(',"rttMs":');
      this.decimal(rttMs);
      if (refusal !== undefined) this.#refusal(refusal);
      this.ascii('}');
    }
    if (attempts.length > 0) this.#attempts(attempts);
  }

  #refusal(refusal: UpstreamRefusal): void {
    const { aa, ra, tc, ede, verdict, scope, confidence, evidence } = refusal;
    const shown = JSON.stringify({ aa, ra, tc, ede, verdict, scope, confidence, evidence });
    this.raw(json(`,${shown.slice(1, -1)}`));
  }

  #attempts(attempts: readonly Attempt[]): void {
    const shown = attempts.map(({ upstream, transport, result, rttMs, verdict, evidence }) => ({
      address: upstream,
      transport,
      rcode: result,
      rttMs: Math.round(rttMs * 1000) / 1000,
      verdict,
      evidence,
    }));
    this.raw(json(`,"attempts":${JSON.stringify(shown)}`));
  }

  #message(event: Event, query: Query, { verdict, upstream }: Outcome): void {
    this.raw(this.#fragments.message(event));
    if (this.#nameEnd > this.#nameAt) {
      this.again(this.#nameAt, this.#nameEnd);
      this.raw(this.#fragments.asked(query.qtype));
    } else {
      this.raw(FOR);
    }
    this.again(this.#clientAt, this.#clientEnd);
    const { by, ruleText, end } = this.#fragments.rule(verdict);
    if (upstream === undefined && !verdict.named) return this.raw(end);
    this.raw(by);
    if (upstream === undefined) {
      this.raw(ruleText);
      this.#ruleName(query);
    } else {
      const text = this.#fragments.text(upstream);
      this.raw(text.subarray(1, text.length - 1));
    }
    this.raw(END);
  }
}

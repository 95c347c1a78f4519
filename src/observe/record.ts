/** The decision record: one JSON object a line, in the shape of pino's. */

import { type Event, edeCodes, eventOf, type Outcome } from '../decision/outcome.ts';
import type { Attempt, UpstreamRefusal } from '../decision/upstream-refusal.ts';
import type { Rule, Verdict } from '../decision/verdict.ts';
import { HEADER_LENGTH, id } from '../wire/header.ts';
import type { Query } from '../wire/query.ts';
import { formatClass, formatOpcode, formatRcode, formatType } from '../wire/registry.ts';
import { JsonWriter } from './json-writer.ts';

/** What every record of one configuration says. */
export interface RecordContext {
  readonly node: string;
  readonly policy: string;
  /** Listeners by their index. */
  readonly listeners: readonly string[];
  /** Client groups by their index. */
  readonly groups: readonly string[];
}

const LEVELS: Readonly<Record<Event, number>> = {
  refused: 40,
  blocked: 30,
  dropped: 40,
  truncated: 30,
  failed: 50,
  answered: 30,
};

/** JSON of a verdict that no query changes. */
interface Fragments {
  readonly layer: Uint8Array;
  readonly ruleStart: Uint8Array;
  readonly ruleFile: Uint8Array;
  readonly ruleEnd: Uint8Array;
}

export class RecordWriter extends JsonWriter {
  readonly #fragments: WeakMap<Verdict, Fragments> = new WeakMap();
  #context: RecordContext = { node: '', policy: '', listeners: [], groups: [] };
  #identity: Uint8Array = Buffer.alloc(0);
  #second = -1;
  #secondText = '';

  set context(context: RecordContext) {
    this.#context = context;
    const { node, policy } = context;
    this.#identity = json(`,"node":${JSON.stringify(node)},"policy":${JSON.stringify(policy)}`);
  }

  /** Appends the record of a decision and a line end. */
  record(query: Query, outcome: Outcome, now: number): void {
    const { verdict } = outcome;
    const event = eventOf(verdict);
    const fragments = this.#fragmentsOf(verdict);
    this.#start(event, outcome.ref, now);
    this.#client(query, outcome.group);
    this.#question(query);
    if (verdict.action !== 'drop') this.#field(',"rcode":"', formatRcode(outcome.rcode));
    this.raw(fragments.layer);
    this.#field(',"origin":"', outcome.origin);
    this.#field(',"action":"', verdict.action);
    this.#rule(query, verdict, fragments);
    this.#hint(query, verdict);
    this.#errors(edeCodes(outcome));
    this.#upstream(outcome);
    this.ascii(',"elapsedMs":');
    this.decimal(now - query.receivedAt);
    this.#message(event, query, outcome);
  }

  #start(event: Event, ref: string, now: number): void {
    this.ascii('{"level":');
    this.number(LEVELS[event]);
    this.ascii(',"time":"');
    this.#time(now);
    this.#field('","event":"', event);
    if (ref !== '') this.#field(',"ref":"', ref);
    this.raw(this.#identity);
  }

  #time(now: number): void {
    const second = Math.floor(now / 1000);
    if (second !== this.#second) {
      this.#second = second;
      this.#secondText = new Date(second * 1000).toISOString().slice(0, 20);
    }
    this.ascii(this.#secondText);
    const milliseconds = Math.floor(now) - second * 1000;
    if (milliseconds < 100) this.ascii(milliseconds < 10 ? '00' : '0');
    this.number(milliseconds);
    this.ascii('Z');
  }

  #client(query: Query, group: number): void {
    this.ascii(',"client":"');
    this.address(query.family, query.address);
    this.ascii('","port":');
    this.number(query.port);
    const { groups, listeners } = this.#context;
    if (group >= 0) {
      this.ascii(',"group":');
      this.text(groups[group] ?? '');
    }
    this.#field(',"transport":"', query.transport);
    this.#field(',"listener":"', listeners[query.listener] ?? '');
    this.ascii(',"view":"default"');
  }

  #question(query: Query): void {
    this.ascii(',"id":');
    this.number(id(query.message));
    this.#field(',"opcode":"', formatOpcode(query.opcode));
    this.ascii(query.recursionDesired ? ',"rd":true' : ',"rd":false');
    if (query.questionEnd === HEADER_LENGTH) return;
    this.ascii(',"qname":"');
    this.name(query.name, 0);
    this.#field('","qtype":"', formatType(query.qtype));
    this.#field(',"qclass":"', formatClass(query.qclass));
  }

  #rule(query: Query, verdict: Verdict, fragments: Fragments): void {
    this.raw(fragments.ruleStart);
    this.#ruleName(query, verdict);
    this.raw(fragments.ruleFile);
    this.number(verdict.named ? query.match.line : verdict.rule.line);
    this.raw(fragments.ruleEnd);
    if (verdict.layer !== 'policy') return;
    this.ascii(',"trigger":"qname","match":"');
    this.name(query.name, 0);
    this.quote();
  }

  /** The part of a rule's id that is a part of the query's name. */
  #ruleName(query: Query, { named }: Verdict): void {
    if (!named) return;
    const at = query.suffixAt(query.match.depth);
    const isRoot = query.name[at] === 0;
    if (query.match.wildcard) this.ascii(isRoot ? '*' : '*.');
    if (isRoot && query.match.wildcard) return;
    this.name(query.name, at);
    if (!isRoot) this.length--;
  }

  #hint(query: Query, verdict: Verdict): void {
    const hint = verdict.hint?.(query);
    if (hint === undefined) return;
    this.ascii(',"hint":');
    this.text(hint);
  }

  #errors(codes: readonly number[]): void {
    if (codes.length === 0) return;
    this.ascii(`,"ede":[${codes.join(',')}]`);
  }

  #upstream({ upstream, rttMs, refusal, attempts }: Outcome): void {
    if (upstream !== undefined) {
      this.ascii(',"upstream":');
      this.ascii('{"address":');
      this.text(upstream);
      this.ascii(',"rttMs":');
      this.decimal(rttMs);
      if (refusal !== undefined) this.#refusal(refusal);
      this.ascii('}');
    }
    if (attempts.length > 0) this.#attempts(attempts);
  }

  #refusal({ aa, ra, tc, ede, verdict, confidence, evidence }: UpstreamRefusal): void {
    const shown = JSON.stringify({ aa, ra, tc, ede, verdict, confidence, evidence });
    this.raw(json(`,${shown.slice(1, -1)}`));
  }

  #attempts(attempts: readonly Attempt[]): void {
    const shown = attempts.map(({ upstream, result, rttMs }) => ({
      address: upstream,
      rcode: result,
      rttMs: Math.round(rttMs * 1000) / 1000,
    }));
    this.raw(json(`,"attempts":${JSON.stringify(shown)}`));
  }

  #message(event: Event, query: Query, outcome: Outcome): void {
    const { verdict } = outcome;
    this.ascii(`,"msg":"${event} `);
    if (query.questionEnd > HEADER_LENGTH) {
      this.name(query.name, 0);
      this.ascii(` ${formatType(query.qtype)} `);
    }
    this.ascii('for ');
    this.address(query.family, query.address);
    this.ascii(` by ${verdict.layer} (`);
    if (outcome.upstream === undefined) {
      this.raw(json(JSON.stringify(verdict.rule.id).slice(1, -1)));
      this.#ruleName(query, verdict);
    } else this.raw(json(JSON.stringify(outcome.upstream).slice(1, -1)));
    this.ascii(')"}\n');
  }

  #field(start: string, value: string): void {
    this.ascii(start);
    this.ascii(value);
    this.quote();
  }

  #fragmentsOf(verdict: Verdict): Fragments {
    const known = this.#fragments.get(verdict);
    if (known !== undefined) return known;
    const made = renderFragments(verdict.layer, verdict.rule);
    this.#fragments.set(verdict, made);
    return made;
  }
}

function renderFragments(layer: string, rule: Rule): Fragments {
  const { id: ruleId, file, line: _line, implicit, ...origin } = rule;
  const rest = JSON.stringify({ implicit, ...origin });
  return {
    layer: json(`,"layer":"${layer}"`),
    ruleStart: json(`,"rule":{"id":${JSON.stringify(ruleId).slice(0, -1)}`),
    ruleFile: json(`","file":${JSON.stringify(file)},"line":`),
    ruleEnd: json(`,${rest.slice(1)}`),
  };
}

function json(text: string): Uint8Array {
  return Buffer.from(text);
}

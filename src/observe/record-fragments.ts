/** The parts of decision records that no query changes, rendered once. */

import { type Event, ORIGINS, type Outcome } from '../decision/outcome.ts';
import type { Action, Verdict } from '../decision/verdict.ts';
import type { Prefix } from '../net/prefix.ts';
import { CLIENT_TRANSPORTS } from '../wire/client-transport.ts';
import { HEADER_LENGTH } from '../wire/header.ts';
import type { Query } from '../wire/query.ts';
import { formatClass, formatOpcode, formatRcode, formatType, RrClass } from '../wire/registry.ts';

/** What every record of one configuration has in common. */
export interface RecordContext {
  readonly node: string;
  readonly policy: string;
  /** Listeners by their index. */
  readonly listeners: readonly string[];
  /** Client groups by their index. */
  readonly groups: readonly string[];
  /** Views by their index. */
  readonly views: readonly string[];
  /** Those who speak for others at some listener. */
  readonly proxies: readonly Prefix[];
}

/** Before there is a configuration. */
export const NO_CONTEXT: RecordContext = {
  node: '',
  policy: '',
  listeners: [],
  groups: [],
  views: [],
  proxies: [],
};

/** pino levels. */
export const LEVELS: Readonly<Record<Event, number>> = {
  refused: 40,
  blocked: 30,
  dropped: 40,
  truncated: 30,
  shadow: 30,
  failed: 50,
  answered: 30,
};

/** Fragments of one kind that are kept; more are rendered each time they are needed. */
const KEPT = 1000;

/** What a verdict's records have of its rule. */
export interface RuleFragments {
  /** For a rule whose line depends on the query: what stands around it. */
  readonly ruleFile: Uint8Array;
  readonly ruleEnd: Uint8Array;
  readonly ede: Uint8Array;
  /** What a rule in shadow mode would have done. */
  readonly would: Uint8Array;
  /** The end of the message: ` by acl (`, the rule without quotes, and what closes the record. */
  readonly by: Uint8Array;
  readonly ruleText: Uint8Array;
  readonly end: Uint8Array;
  /** What comes before the rule, with the rule if it is always the same, by rcode, origin, type. */
  readonly decisions: Map<number, Uint8Array>;
}

export class RecordFragments {
  #context: RecordContext = NO_CONTEXT;
  readonly #rules: WeakMap<Verdict, RuleFragments> = new WeakMap();
  /** The one asked for last: a record asks several times. */
  #verdict: Verdict | undefined;
  #rule: RuleFragments | undefined;
  readonly #texts: Map<string, Uint8Array> = new Map();
  readonly #hints: Map<string, Uint8Array> = new Map();
  readonly #asked: Map<number, Uint8Array> = new Map();
  #paths: Map<number, Uint8Array> = new Map();
  readonly #questions: Map<number, Uint8Array> = new Map();
  #identity: Uint8Array = json('');
  readonly #levels: Record<Event, Uint8Array> = eventTable((event) => {
    return `{"level":${LEVELS[event]},"time":"`;
  });
  readonly #events: Record<Event, Uint8Array> = eventTable((event) => `Z","event":"${event}`);
  readonly #eventsWithRef: Record<Event, Uint8Array> = eventTable((event) => {
    return `Z","event":"${event}","ref":"`;
  });
  readonly #messages: Record<Event, Uint8Array> = eventTable((event) => `,"msg":"${event} `);

  set context(context: RecordContext) {
    this.#context = context;
    this.#paths = new Map();
    const { node, policy } = context;
    const shown = `,"node":${JSON.stringify(node)},"policy":${JSON.stringify(policy)},"client":"`;
    this.#identity = json(`"${shown}`);
  }

  level(event: Event): Uint8Array {
    return this.#levels[event];
  }

  event(event: Event, hasRef: boolean): Uint8Array {
    return hasRef ? this.#eventsWithRef[event] : this.#events[event];
  }

  /** From behind the event or the ref to the client's address. */
  get identity(): Uint8Array {
    return this.#identity;
  }

  message(event: Event): Uint8Array {
    return this.#messages[event];
  }

  path(group: number, { transport, listener, view }: Query): Uint8Array {
    const { groups, listeners, views } = this.#context;
    const by = listener * CLIENT_TRANSPORTS.length + CLIENT_TRANSPORTS.indexOf(transport);
    const way = by * (views.length + 1) + view;
    const key = way * (groups.length + 1) + group + 1;
    return kept(this.#paths, key, () => {
      const name = group < 0 ? '' : `,"group":${JSON.stringify(groups[group] ?? '')}`;
      const address = JSON.stringify(listeners[listener] ?? '');
      const ofView = JSON.stringify(views[view] ?? '');
      return `${name},"transport":"${transport}","listener":${address},"view":${ofView},"id":`;
    });
  }

  question(opcode: number, recursionDesired: boolean, hasName: boolean): Uint8Array {
    const key = opcode * 4 + (recursionDesired ? 2 : 0) + (hasName ? 1 : 0);
    return kept(this.#questions, key, () => {
      const start = `,"opcode":"${formatOpcode(opcode)}","rd":${recursionDesired}`;
      return hasName ? `${start},"qname":"` : start;
    });
  }

  /** From behind the name into the rule's id, or to its end: see `RuleFragments`. */
  decision(query: Query, outcome: Outcome): Uint8Array {
    const { verdict, rcode, origin } = outcome;
    const render = () => renderDecision(query, outcome);
    const hasName = query.questionEnd > HEADER_LENGTH;
    if (!hasName || query.qclass !== RrClass.IN) return json(render());
    const key = (rcode * ORIGINS.length + ORIGINS.indexOf(origin)) * 0x10000 + query.qtype;
    return kept(this.rule(verdict).decisions, key, render);
  }

  rule(verdict: Verdict): RuleFragments {
    if (verdict === this.#verdict) return this.#rule!;
    const rule = this.#rules.get(verdict) ?? renderRule(verdict);
    this.#rules.set(verdict, rule);
    this.#verdict = verdict;
    this.#rule = rule;
    return rule;
  }

  /** In the message, from behind the name to the client's address. */
  asked(qtype: number): Uint8Array {
    return kept(this.#asked, qtype, () => ` ${formatType(qtype)} for `);
  }

  hint(text: string): Uint8Array {
    return kept(this.#hints, text, () => `,"hint":${JSON.stringify(text)}`);
  }

  /** A text as a JSON string. */
  text(text: string): Uint8Array {
    return kept(this.#texts, text, () => JSON.stringify(text));
  }
}

function renderDecision(query: Query, { verdict, rcode, origin }: Outcome): string {
  const { layer, action, rule, isShadow } = verdict;
  const hasName = query.questionEnd > HEADER_LENGTH;
  const type = `","qtype":"${formatType(query.qtype)}","qclass":"${formatClass(query.qclass)}"`;
  const sent = action === 'drop' || isShadow === true ? '' : `,"rcode":"${formatRcode(rcode)}"`;
  const done = isShadow === true ? 'shadow' : action;
  const decided = `,"layer":"${layer}","origin":"${origin}","action":"${done}"`;
  const ruleStart = `,"rule":{"id":${JSON.stringify(rule.id).slice(0, -1)}`;
  return `${hasName ? type : ''}${sent}${decided}${ruleStart}${placeOf(verdict)}`;
}

/** Where the rule stands, as far as it is always the same. */
function placeOf(verdict: Verdict): string {
  return verdict.named ? '' : `${fileOf(verdict)}${verdict.rule.line}${restOf(verdict)}`;
}

function fileOf({ rule: { file } }: Verdict): string {
  return `","file":${JSON.stringify(file)},"line":`;
}

function restOf({ rule, serial }: Verdict): string {
  const { id: _id, file: _file, line: _line, implicit, ...origin } = rule;
  const ofZone = serial === undefined ? '' : `,"serial":${serial}`;
  return `,${JSON.stringify({ implicit, ...origin }).slice(1)}${ofZone}`;
}

function renderRule(verdict: Verdict): RuleFragments {
  const { layer, action, rcode, rule, ede } = verdict;
  const by = ` by ${layer} (`;
  const ruleText = JSON.stringify(rule.id).slice(1, -1);
  return {
    ruleFile: json(fileOf(verdict)),
    ruleEnd: json(restOf(verdict)),
    ede: json(ede === undefined ? '' : `,"ede":[${ede}]`),
    would: json(`,"would":${JSON.stringify({ layer, ...wouldOf(action, rcode) })}`),
    by: json(by),
    ruleText: json(ruleText),
    end: json(`${by}${ruleText})"}\n`),
    decisions: new Map(),
  };
}

/** What a verdict in shadow mode would have done. */
export function wouldOf(action: Action, rcode: number) {
  if (action === 'forward') return { action: 'allow' };
  return { action, ...(action !== 'drop' && { rcode: formatRcode(rcode) }) };
}

function eventTable(render: (event: Event) => string): Record<Event, Uint8Array> {
  const entries = Object.keys(LEVELS).map((event) => [event, json(render(event as Event))]);
  return Object.fromEntries(entries);
}

function kept<K>(cache: Map<K, Uint8Array>, key: K, render: () => string): Uint8Array {
  const known = cache.get(key);
  if (known !== undefined) return known;
  const made = json(render());
  if (cache.size < KEPT) cache.set(key, made);
  return made;
}

/** JSON text as octets. */
export function json(text: string): Uint8Array {
  return Buffer.from(text);
}

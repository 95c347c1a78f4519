/** The evidence in a refusing message itself: each sign, and its weight for each cause. */

import type { ExtendedError } from '../wire/opt.ts';
import { Ede, formatType } from '../wire/registry.ts';
import { LAYER_FACTS, LAYERS, type LayerName } from './layers.ts';
import type { RefusalFacts } from './refusal-facts.ts';
import type { RefusalCause, Scope } from './upstream-refusal.ts';

/** What a refusal can be: why, and what it is about. */
export type Cause = `${Exclude<RefusalCause, 'unknown'>} ${Scope}`;

/** A sign, in words, and how much it speaks for causes; below zero it speaks against them. */
export interface Evidence {
  readonly text: string;
  readonly weights: Readonly<Partial<Record<Cause, number>>>;
}

/** Enough by itself to be sure. */
const PROOF = 12;
/** The server gives its reason itself. */
const STATED = 8;

const BY_CODE: ReadonlyMap<number, Cause> = new Map([
  [Ede.BLOCKED, 'name-policy name'],
  [Ede.CENSORED, 'name-policy name'],
  [Ede.FILTERED, 'name-policy name'],
  [Ede.BLOCKED_UPSTREAM, 'name-policy behind'],
  [Ede.INVALID_QUERY_TYPE, 'type-policy query'],
  [Ede.RATE_LIMITED, 'rate-limit server'],
  [Ede.OVER_QUOTA, 'rate-limit server'],
]);

/** What rcode5 writes into an Extended DNS Error: its layer, the rule, and what finds the record. */
const OWN_TEXT = new RegExp(`^(${LAYERS.join('|')}) (.+) ref (\\S+)$`);
/** Knot Resolver marks the place in its code with four characters. */
const KNOT_RESOLVER_TEXT = /^[0-9A-Z]{4}$/;

/** Whether a code gives a reason that no other sign can outweigh. */
export function statesReason(ede: readonly ExtendedError[]): boolean {
  return ede.some(({ code }) => BY_CODE.has(code) || code === Ede.NOT_AUTHORITATIVE);
}

/** The signs of a message, without what else is known of its server. */
export function messageEvidence(facts: RefusalFacts): Evidence[] {
  const { tc, ede, ecs, operation, hasQuestion } = facts.signs;
  const own = ownText(facts);
  const found: Evidence[] = own === undefined ? [] : [own];
  for (const error of ede) found.push(...errorEvidence(error, own !== undefined));
  const take = (text: string, weights: Evidence['weights']) => found.push({ text, weights });
  // Unbound's `allow_cookie`: an address has to show that it is nobody's else.
  if (tc && !ede.some(({ code }) => BY_CODE.has(code))) {
    take('TC=1 with REFUSED', { 'needs-tcp-or-cookie query': PROOF });
  }
  // RFC 7871 section 7.1.3 would have it asked again without, which a signature forbids.
  if (ecs) {
    take('the signed query carried a Client Subnet and goes as it is', {
      'ecs query': 1.4,
      'name-policy name': -3,
      'client-acl server': -2,
    });
  }
  // Some servers look at the address before they look at the question.
  if (!hasQuestion) take('no question in the response', { 'client-acl server': 3 });
  found.push(...(operation === undefined ? reasonEvidence(facts) : operationEvidence(facts)));
  return found;
}

/** The evidence of one Extended DNS Error, whatever else is in the message. */
function errorEvidence({ code, text }: ExtendedError, isOwn: boolean): Evidence[] {
  const said = `EDE ${code} "${text}"`;
  const found: Evidence[] = [];
  const cause = BY_CODE.get(code);
  if (cause !== undefined)
    found.push({ text: `EDE ${code}`, weights: { [cause]: isOwn ? 0 : STATED } });
  if (/\bcookie\b/i.test(text)) {
    found.push({ text: said, weights: { 'needs-tcp-or-cookie query': PROOF } });
  }
  if (/recursion (is )?(disabled|denied|not)/i.test(text)) {
    found.push({ text: said, weights: { 'no-recursion server': STATED } });
  }
  if (code === Ede.NOT_READY) {
    const weights = { 'no-recursion behind': 3 };
    found.push({ text: `EDE ${code}: not ready, or nobody behind it to ask`, weights });
  }
  return found;
}

/** The codes that have several meanings, or the flags where no code gives a reason. */
function reasonEvidence(facts: RefusalFacts): Evidence[] {
  const codes = facts.signs.ede.map(({ code }) => code);
  if (codes.includes(Ede.PROHIBITED)) return [prohibited(facts)];
  if (codes.includes(Ede.NOT_AUTHORITATIVE)) return [notAuthoritative(facts)];
  return codes.some((code) => BY_CODE.has(code)) ? [] : flagEvidence(facts);
}

/** The layer that an rcode5 names itself. */
export function parseOwnText(
  text: string,
): { layer: LayerName; rule: string; ref: string } | undefined {
  const parts = OWN_TEXT.exec(text);
  return parts === null
    ? undefined
    : { layer: parts[1] as LayerName, rule: parts[2]!, ref: parts[3]! };
}

/** The cause that a layer of rcode5 stands for; undefined for one that is no policy. */
function causeOf(layer: LayerName): Cause | undefined {
  const { cause, scope } = LAYER_FACTS[layer];
  if (cause === 'upstream' || cause === 'failure' || cause === 'unknown') return undefined;
  return `${cause === 'transfer' ? 'client-acl' : cause} ${scope}`;
}

function ownText({ signs: { ede } }: RefusalFacts): Evidence | undefined {
  for (const { code, text } of ede) {
    const own = parseOwnText(text);
    if (own === undefined) continue;
    const said = `EDE ${code} "${text}"`;
    if (own.layer === 'upstream' || own.layer === 'route') return passedOn(ede, said);
    const cause = causeOf(own.layer);
    if (cause !== undefined) return { text: said, weights: { [cause]: PROOF } };
  }
  return undefined;
}

/** An rcode5 that reports a refusal of its upstream, with that upstream's codes beside it. */
function passedOn(ede: readonly ExtendedError[], text: string): Evidence {
  const codes = ede.map(({ code }) => code);
  if (codes.includes(Ede.PROHIBITED)) return { text, weights: { 'client-acl behind': PROOF } };
  if (codes.includes(Ede.NOT_AUTHORITATIVE)) {
    return { text, weights: { 'no-recursion behind': PROOF } };
  }
  return {
    text,
    weights: { 'client-acl behind': 5, 'name-policy behind': 5, 'name-policy name': -3 },
  };
}

/** EDE 18: of lists of the server, of one zone, or of somebody behind; Knot Resolver's policies too. */
function prohibited({ signs }: RefusalFacts): Evidence {
  const { code, text } = signs.ede.find((one) => one.code === Ede.PROHIBITED)!;
  if (KNOT_RESOLVER_TEXT.test(text)) {
    return {
      text: `EDE ${code} "${text}", as of Knot Resolver's policies for names and for clients`,
      weights: { 'name-policy name': 2, 'client-acl server': 1 },
    };
  }
  if (!signs.ra) {
    return {
      text: `EDE ${code} with RA=0`,
      weights: { 'client-acl server': 4, 'client-acl zone': 2, 'client-acl behind': 1 },
    };
  }
  return {
    text: `EDE ${code} with RA=1, as of one zone's list`,
    weights: { 'client-acl zone': 3, 'client-acl behind': 1, 'name-policy name': 1 },
  };
}

/** EDE 20: to RD=0 from who recurses it keeps its cache to itself (RFC 8914 section 4.21). */
function notAuthoritative({ signs: { rd, ra } }: RefusalFacts): Evidence {
  const text = `EDE ${Ede.NOT_AUTHORITATIVE}`;
  if (!ra) return { text, weights: { 'no-recursion server': STATED, 'no-recursion behind': 0.5 } };
  if (!rd) {
    return {
      text: `${text} to RD=0 with RA=1: it does not show its cache`,
      weights: { 'no-recursion query': 4, 'no-recursion behind': 1 },
    };
  }
  return {
    text: `${text} with RA=1: it is of a server behind`,
    weights: { 'no-recursion behind': 3, 'no-recursion server': 1 },
  };
}

/** Flags, where no code gives a reason. */
function flagEvidence({ signs, lately }: RefusalFacts): Evidence[] {
  const { aa, ra, rd, hasQuestion } = signs;
  const found: Evidence[] = [];
  if (!hasQuestion) return found;
  if (!rd && ra && !aa) {
    found.push({
      text: 'RD=0 and RA=1: resolvers refuse to show their cache',
      weights: { 'no-recursion query': 3, 'no-recursion behind': 1 },
    });
  } else if (!ra && !lately.answersRecursively) {
    const text = rd ? 'RA=0 to RD=1' : 'RA=0';
    found.push({ text, weights: { 'no-recursion server': 3, 'client-acl server': 1 } });
  } else if (aa && ra) {
    found.push({
      text: 'AA=1: the refusal is its own, as of a local zone',
      weights: { 'name-policy name': 3, 'name-policy behind': 1 },
    });
  }
  return found;
}

/** Transfers and updates, which servers permit to few, or to nobody. */
function operationEvidence({ signs, lately }: RefusalFacts): Evidence[] {
  const few = `${signs.operation}, which servers permit to few`;
  const isProhibited = signs.ede.some(({ code }) => code === Ede.PROHIBITED);
  const found: Evidence[] = [
    { text: few, weights: { 'type-policy query': 1, 'client-acl zone': 0.5 } },
  ];
  if (isProhibited) {
    found.push({
      text: `EDE ${Ede.PROHIBITED}`,
      weights: { 'client-acl zone': 3, 'client-acl query': 1 },
    });
  }
  if (lately.isAuthoritative && !signs.aa) {
    found.push({
      text: 'its other answers have AA=1 and RA=0',
      weights: { 'client-acl zone': 3 },
    });
  }
  return found;
}

/** The types of a list. */
export function typesText(types: readonly number[]): string {
  return types.map(formatType).join(', ');
}

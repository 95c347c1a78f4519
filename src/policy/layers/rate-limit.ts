/**
 * Clients that ask faster than `rateLimit` allows: a token for each query, by client prefix.
 *
 * Nobody knows who sends a datagram: with somebody else's address as its source, the answer
 * goes to that one. Who comes by TCP, or with a DNS cookie from here, has the address. The two
 * never take each other's tokens: whoever is spoofed is still served by TCP.
 */

import type { RateLimit } from '../../config/rate-limit.ts';
import type { Action, Rule, Verdict, VerdictTable } from '../../decision/verdict.ts';
import { formatPrefix, maskWord } from '../../net/prefix.ts';
import { NO_PREFIX, PrefixTable } from '../../net/prefix-table.ts';
import type { ServerCookies } from '../../wire/cookie.ts';
import { NO_COOKIE, type Query } from '../../wire/query.ts';
import { Ede, formatRcode, Rcode } from '../../wire/registry.ts';
import { type TokenBuckets, tickOf } from '../access/token-buckets.ts';
import type { Account, Layer } from '../layer.ts';
import type { PolicyParts } from '../layer-parts.ts';

/** What is counted apart from each other. */
const Counted = { CLAIMED: 1, PROVEN: 2, REFUSAL: 3, PROVEN_REFUSAL: 4 } as const;
type Counted = (typeof Counted)[keyof typeof Counted];

/** Of so many refusals over the limit one is sent with TC: an honest client then uses TCP. */
const SLIP = 10;

/** Without `limit` the layer passes all. */
export function compileRateLimit({ config, buckets, cookies, verdicts }: PolicyParts): Layer {
  const { rateLimit: limit } = config;
  if (limit === undefined) {
    const why = 'no limit is configured';
    return { name: 'rate-limit', judge: () => undefined, account: () => ({ why }) };
  }
  const limiter = new Limiter(limit, buckets);
  const { action } = limit;
  const spec = { layer: 'rate-limit', action, rule: limiter.rule, ede: Ede.RATE_LIMITED } as const;
  const over = verdicts.add(spec);
  const withoutCookie = verdicts.add({ ...spec, rcode: Rcode.BADCOOKIE });
  const refusalOf = ({ cookieLength }: Query) => {
    // RFC 7873 section 5.2.3: who knows cookies need not come by TCP to be believed.
    const knowsCookies = cookies !== undefined && cookieLength !== NO_COOKIE;
    return action === 'truncate' && knowsCookies ? withoutCookie : over;
  };
  const isServed = (query: Query) => action === 'truncate' && isProven(query, cookies);
  const isLimited = (query: Query) => !limiter.isExempt(query) && !isServed(query);
  // With `truncate`, whoever has proven his address is served: it need not be looked at again.
  const kind = (query: Query) =>
    action !== 'truncate' && isProven(query, cookies) ? Counted.PROVEN : Counted.CLAIMED;
  return {
    name: 'rate-limit',
    judge: (query) =>
      isLimited(query) && !limiter.take(query, kind(query)) ? refusalOf(query) : undefined,
    peek: (query) =>
      isLimited(query) && limiter.left(query, kind(query)) === 0 ? refusalOf(query) : undefined,
    account: (query) =>
      isLimited(query)
        ? limiter.account(query, kind(query))
        : { why: limiter.isExempt(query) ? 'the client is exempt' : 'TCP is served' },
  };
}

/**
 * Layers that refuse before the rate limit is asked: their answers are limited by themselves, so
 * that nobody is flooded with the answers to queries that others ask in his name, and so that who
 * is refused by TCP does not fill the log.
 */
export function limitRefusals({
  config: { rateLimit: limit },
  buckets,
  cookies,
  verdicts,
}: PolicyParts): (layers: readonly Layer[]) => readonly Layer[] {
  if (limit === undefined) return (layers) => layers;
  const limiter = new Limiter(limit, buckets);
  return (layers) => {
    const end = layers.findIndex(({ name }) => name === 'rate-limit');
    const limited = (layer: Layer) => limitOne(layer, limiter, cookies, verdicts);
    return layers.map((layer, i) => (i < end ? limited(layer) : layer));
  };
}

function limitOne(
  layer: Layer,
  limiter: Limiter,
  cookies: ServerCookies | undefined,
  verdicts: VerdictTable,
): Layer {
  const add = (action: Action) =>
    verdicts.add({
      layer: 'rate-limit',
      action,
      rule: limiter.rule,
      // With RA=0 some stubs would not come by TCP (glibc).
      recursionAvailable: action === 'truncate',
      ede: Ede.RATE_LIMITED,
      hint: (query) => describe(layer.judge(query)),
    });
  const drop = add('drop');
  const truncate = add('truncate');
  let suppressed = 0;
  return {
    ...layer,
    judge(query) {
      const verdict = layer.judge(query);
      if (verdict === undefined || !isReflected(verdict)) return verdict;
      const counted = isProven(query, cookies) ? Counted.PROVEN_REFUSAL : Counted.REFUSAL;
      if (limiter.isExempt(query) || limiter.take(query, counted)) return verdict;
      return query.transport === 'udp' && ++suppressed % SLIP === 0 ? truncate : drop;
    },
    peek: (query) => layer.judge(query),
  };
}

function describe(verdict: Verdict | undefined): string | undefined {
  if (verdict === undefined) return undefined;
  return `in place of ${formatRcode(verdict.rcode)} by ${verdict.layer} (${verdict.rule.id})`;
}

/** Whether a refusal is sent. */
function isReflected({ action }: Verdict): boolean {
  return action === 'refuse' || action === 'reject';
}

/** Whether the client has proved its address. */
function isProven(query: Query, cookies: ServerCookies | undefined): boolean {
  return query.isByStream || cookies?.isGood(query) === true;
}

/** The tokens of all client prefixes. */
class Limiter {
  readonly rule: Rule;
  readonly #limit: RateLimit;
  readonly #rate: { readonly perSecond: number; readonly burst: number };
  readonly #buckets: TokenBuckets;
  readonly #exempt: PrefixTable;
  readonly #masks: Readonly<Record<4 | 6, Uint32Array>>;
  /** What is counted and how fast; the first address of the prefix. */
  readonly #key: Uint32Array = new Uint32Array(6);

  constructor(limit: RateLimit, buckets: TokenBuckets) {
    const { queriesPerSecond, burst, exempt, place, ipv4Prefix, ipv6Prefix } = limit;
    this.rule = { id: 'rateLimit', file: place.file, line: place.line, implicit: false };
    this.#limit = limit;
    this.#rate = { perSecond: queriesPerSecond, burst };
    this.#buckets = buckets;
    this.#exempt = new PrefixTable(exempt);
    this.#masks = { 4: masksOf(ipv4Prefix), 6: masksOf(ipv6Prefix) };
  }

  isExempt({ family, address }: Query): boolean {
    return this.#exempt.find(family, address) !== NO_PREFIX;
  }

  take(query: Query, counted: Counted): boolean {
    return this.#buckets.take(
      this.#keyOf(query, counted),
      this.#rate,
      tickOf(query.receivedAt, this.#rate),
    );
  }

  left(query: Query, counted: Counted): number {
    return this.#buckets.left(
      this.#keyOf(query, counted),
      this.#rate,
      tickOf(query.receivedAt, this.#rate),
    );
  }

  account(query: Query, counted: Counted): Account {
    const { ipv4Prefix, ipv6Prefix, queriesPerSecond, burst } = this.#limit;
    const { family } = query;
    const length = family === 4 ? ipv4Prefix : ipv6Prefix;
    const left = this.left(query, counted);
    const words = this.#key.slice(2);
    const prefix = formatPrefix({ family, words, length });
    const why = `${prefix} has ${left} of ${burst} left, ${queriesPerSecond} a second come back`;
    return { rule: this.rule, why };
  }

  #keyOf({ family, address }: Query, counted: Counted): Uint32Array {
    const key = this.#key;
    const masks = this.#masks[family];
    key[0] = family * 4 + counted;
    key[1] = this.#rate.perSecond;
    for (let i = 0; i < 4; i++) key[2 + i] = address[i]! & masks[i]!;
    return key;
  }
}

function masksOf(length: number): Uint32Array {
  return Uint32Array.from({ length: 4 }, (_, i) => maskWord(i, length));
}

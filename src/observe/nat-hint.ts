/**
 * Whether an address that was refused may stand for many clients: what an access list decides for it
 * is then about the wrong one. Guesses for a reader; nothing is decided by them.
 */

import { type Prefix, parsePrefix } from '../net/prefix.ts';
import { NO_PREFIX, PrefixTable } from '../net/prefix-table.ts';
import type { Query, Sender } from '../wire/query.ts';
import { Fingerprints, MANY } from './fingerprints.ts';

/** RFC 6598: between a carrier's NAT and its customers. */
const CARRIER = '100.64.0.0/10';
/** The first addresses of networks that Docker and Podman make for containers. */
const GATEWAYS: readonly string[] = [
  ...Array.from({ length: 15 }, (_, i) => `172.${17 + i}.0.1/32`),
  '10.88.0.1/32',
  '192.168.65.1/32',
];

const SHARED: readonly (readonly [string, string])[] = [
  [CARRIER, "may be a carrier's NAT (100.64.0.0/10, RFC 6598), with many clients behind it"],
  ...GATEWAYS.map((prefix) => {
    const why = 'may be the gateway of a container network, with all its clients behind it';
    return [prefix, why] as const;
  }),
];

const MANY_WAYS = `asks in ${MANY} ways or more within minutes: the address may stand for several resolvers behind a NAT`;

const KNOWN: PrefixTable = new PrefixTable(SHARED.map(([text]) => prefixOf(text)));

export class NatHints {
  readonly #proxies: PrefixTable;
  readonly #fingerprints: Fingerprints = new Fingerprints();

  /** `proxies` speak for others at some listener. */
  constructor(proxies: readonly Prefix[]) {
    this.#proxies = new PrefixTable(proxies);
  }

  /** A hint about the client; undefined when nothing is odd. */
  find(query: Query): string | undefined {
    // A host's own programs ask in all ways there are.
    if (isLocal(query)) return undefined;
    const ways = this.#fingerprints.note(query);
    if (this.#isProxy(query)) {
      return query.isProxied
        ? 'the client is a proxy too: the first of them has to name the client'
        : 'a proxy that speaks for others, but has named no client here';
    }
    const known = KNOWN.find(query.family, query.address);
    if (known !== NO_PREFIX) return `the address ${SHARED[known]![1]}`;
    if (ways < MANY) return undefined;
    return MANY_WAYS;
  }

  #isProxy({ family, address }: Pick<Sender, 'family' | 'address'>): boolean {
    return this.#proxies.find(family, address) !== NO_PREFIX;
  }
}

function isLocal({ family, address }: Query): boolean {
  if (family === 4) return address[0]! >>> 24 === 127;
  return address[0] === 0 && address[1] === 0 && address[2] === 0 && address[3] === 1;
}

function prefixOf(text: string): Prefix {
  const prefix = parsePrefix(text);
  if (typeof prefix === 'string') throw new Error(`${text}: ${prefix}`);
  return prefix;
}

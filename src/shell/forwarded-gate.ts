/** A listener with HTTP behind proxies: whom to believe, and who asks through them. */

import type { ListenAddress } from '../config/listen.ts';
import { parseAddress, readAddress } from '../net/address.ts';
import type { Prefix } from '../net/prefix.ts';
import { NO_PREFIX, PrefixTable } from '../net/prefix-table.ts';
import { dohDialect } from '../transport/doh-dialect.ts';
import type { ClientOf } from '../transport/doh-request.ts';
import { ForwardedReader } from '../transport/forwarded.ts';
import type { HttpFaults } from '../transport/http-fault.ts';
import type { TcpAddress } from '../transport/tcp.ts';

class ForwardedGate {
  readonly #trusted: PrefixTable;
  readonly #reader: ForwardedReader;

  /** `from` has the proxies whose header fields are believed; those of others are passed over. */
  constructor(from: readonly Prefix[]) {
    this.#trusted = new PrefixTable(from);
    this.#reader = new ForwardedReader(readAddress, (family, address) => {
      return this.#trusted.find(family, address) !== NO_PREFIX;
    });
  }

  /** Whether the address is that of a proxy. */
  trusts(address: string): boolean {
    const parsed = parseAddress(address);
    return parsed !== undefined && this.#trusted.find(parsed.family, parsed.words) !== NO_PREFIX;
  }

  /** Reads who asks through the proxy at this address; undefined for one who asks for himself. */
  clientOf(address: string, onUnclear: () => void): ClientOf | undefined {
    if (!this.trusts(address)) return undefined;
    return (request) => {
      const client = this.#reader.read(request);
      if (client === 'unclear') onUnclear();
      return client;
    };
  }
}

/** What a listener speaks besides DNS messages behind their lengths, and through which proxies. */
export function httpAt(
  { path, trustedProxies = [] }: ListenAddress,
  faults: HttpFaults,
  onUnclear: () => void,
): Pick<TcpAddress, 'createDialect' | 'isProxy'> {
  if (path === undefined) return {};
  const gate = new ForwardedGate(trustedProxies);
  return {
    createDialect: dohDialect(path, faults, (address) => gate.clientOf(address, onUnclear)),
    isProxy: (address) => gate.trusts(address),
  };
}

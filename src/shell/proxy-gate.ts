/** A listener behind proxies: whom to believe, and who asks through them (PROXY protocol). */

import type { Ignored } from '../decision/outcome.ts';
import { parseAddress, readAddress } from '../net/address.ts';
import type { Prefix } from '../net/prefix.ts';
import { NO_PREFIX, PrefixTable } from '../net/prefix-table.ts';
import type { ForwardedClient } from '../transport/forwarded.ts';
import { ProxyHeader } from '../transport/proxy-protocol.ts';
import { copySender, type Query } from '../wire/query.ts';

export class ProxyGate {
  readonly #trusted: PrefixTable;
  readonly #header: ProxyHeader = new ProxyHeader(readAddress);

  /** `from` has the proxies whose headers are believed; nobody else is let in. */
  constructor(from: readonly Prefix[]) {
    this.#trusted = new PrefixTable(from);
  }

  /** Whether the address is that of a proxy. */
  trusts(address: string): boolean {
    const parsed = parseAddress(address);
    return parsed !== undefined && this.#trusted.find(parsed.family, parsed.words) !== NO_PREFIX;
  }

  /** What the header of a connection is read into. */
  createHeader(): ProxyHeader {
    return new ProxyHeader(readAddress);
  }

  /**
   * Takes a datagram whose sender stands in `query`: how many octets its header has, with the
   * client in place of the sender; or why it is not taken.
   */
  admit(query: Query, octets: Uint8Array, length: number): number | Ignored {
    if (this.#trusted.find(query.family, query.address) === NO_PREFIX) return 'proxy-source';
    const headerLength = this.#header.parse(octets.subarray(0, length));
    if (headerLength <= 0) return 'proxy-header';
    speakFor(query, this.#header);
    return headerLength;
  }
}

/** Puts the client that the header names in place of the sender, who becomes the peer. */
export function speakFor(query: Query, header: ProxyHeader | ForwardedClient): void {
  query.isProxied = !header.isLocal;
  if (header.isLocal) return;
  copySender(query, query.peer);
  query.family = header.family;
  query.address.set(header.address);
  query.port = header.port;
  query.zoneId = '';
}

/** Which servers are asked from which addresses. */

import { parseAddress } from '../net/address.ts';
import { findSource, type Route } from './ask.ts';
import { type AskedServer, formatServer } from './server.ts';

/** The source of questions to a server to which the system knows no way. */
const ANY = { 4: '0.0.0.0', 6: '::' } as const;

/**
 * Each server from each source of its address family, or from the one that the system takes when
 * there is none; a text names the source that cannot be used.
 */
export async function findRoutes(
  servers: readonly AskedServer[],
  sources: readonly string[],
  timeoutMs: number,
  ca?: string,
): Promise<Route[] | string> {
  const routes: Route[] = [];
  for (const server of new Map(servers.map((one) => [formatServer(one), one])).values()) {
    const family = familyOf(server.address);
    const usable = [...new Set(sources)].filter((one) => familyOf(one) === family);
    if (usable.length === 0 && sources.length > 0) {
      return `no --source is of the address family of --server ${server.address}`;
    }
    for (const source of usable) {
      const found = await findSource(server, source);
      if (typeof found === 'string') {
        return `--source ${source}: ${found}; expect an address of this host`;
      }
    }
    const own = async () => {
      const found = await findSource(server);
      return typeof found === 'string' ? ANY[family] : found.source;
    };
    const from = usable.length > 0 ? usable : [await own()];
    routes.push(...from.map((source) => ({ server, source, timeoutMs, ca })));
  }
  return routes;
}

function familyOf(text: string): 4 | 6 {
  return parseAddress(text)!.family;
}

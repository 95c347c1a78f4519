/** The names of clients by the configuration in force. */

import { Resolver } from 'node:dns/promises';
import { resolvePath } from '../config/config.ts';
import type { LoadedConfig } from '../load/loaded-config.ts';
import type { Logger } from '../log.ts';
import { formatEndpoint } from '../net/address.ts';
import {
  ClientNames,
  NAME_FILES,
  type NameFileKind,
  type NameSource,
} from '../observe/client-names/client-names.ts';

/** Who only looks at a page does not wait long for a name. */
const PATIENCE = { timeout: 500, tries: 1 } as const;
const KINDS = Object.keys(NAME_FILES) as readonly NameFileKind[];

/** Gives the names of the present configuration; its sources are read anew after a reload. */
export function namesOf(serving: () => LoadedConfig, log: Logger): () => ClientNames {
  let config: LoadedConfig['config'] | undefined;
  let names = new ClientNames([]);
  return () => {
    const present = serving();
    if (present.config === config) return names;
    config = present.config;
    names = new ClientNames(sourcesOf(present), (why) => log.warn(why));
    return names;
  };
}

function sourcesOf({ config, groups }: LoadedConfig): readonly NameSource[] {
  return config.clientNames.map(({ value }): NameSource => {
    const kind = KINDS.find((one) => value[one] !== undefined);
    if (kind !== undefined) return { kind, file: resolvePath(config, value[kind]!.value) };
    const resolver = new Resolver(PATIENCE);
    const upstreams = groups.get(value.ptr!.value)?.upstreams ?? [];
    const servers = upstreams.filter(({ transport }) => transport === 'udp');
    resolver.setServers(servers.map(({ endpoint }) => formatEndpoint(endpoint)));
    return { kind: 'ptr', ask: async (address) => (await resolver.reverse(address))[0] };
  });
}

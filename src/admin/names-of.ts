/** The names of clients by the configuration in force. */

import { Resolver } from 'node:dns/promises';
import { type Config, resolvePath } from '../config/config.ts';
import type { LoadedConfig } from '../load/loaded-config.ts';
import type { Logger } from '../log.ts';
import { formatEndpoint } from '../net/address.ts';
import {
  ClientNames,
  NAME_FILES,
  type NameFileKind,
  type NameSource,
} from '../observe/client-names/client-names.ts';
import type { KubernetesAccess } from '../observe/client-names/kubernetes-api.ts';

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
    names.close();
    const { clientGroups } = present.config;
    names = new ClientNames(sourcesOf(present, log), (why) => log.warn(why), clientGroups);
    return names;
  };
}

function sourcesOf({ config, groups }: LoadedConfig, log: Logger): readonly NameSource[] {
  return config.clientNames.flatMap(({ value }): NameSource | [] => {
    const kind = KINDS.find((one) => value[one] !== undefined);
    if (kind !== undefined) return { kind, file: resolvePath(config, value[kind]!.value) };
    if (value.kubernetes !== undefined) {
      const access = accessOf(value.kubernetes.value, config);
      if (access !== undefined) return { kind: 'kubernetes', access };
      log.warn(
        'clientNames: KUBERNETES_SERVICE_HOST is not set; expect kubernetes to have a server',
      );
      return [];
    }
    const resolver = new Resolver(PATIENCE);
    const upstreams = groups.get(value.ptr!.value)?.upstreams ?? [];
    const servers = upstreams.filter(({ transport }) => transport === 'udp');
    resolver.setServers(servers.map(({ endpoint }) => formatEndpoint(endpoint)));
    return { kind: 'ptr', ask: async (address) => (await resolver.reverse(address))[0] };
  });
}

/** Within a cluster all of it is known (Kubernetes, "Accessing the API from a Pod"). */
function accessOf(
  { server, token, ca }: NonNullable<Config['clientNames'][number]['value']['kubernetes']>['value'],
  config: Config,
): KubernetesAccess | undefined {
  const { KUBERNETES_SERVICE_HOST: host = '', KUBERNETES_SERVICE_PORT: port = '443' } = process.env;
  if (server === undefined && host === '') return undefined;
  const inCluster = `https://${host.includes(':') ? `[${host}]` : host}:${port}`;
  return {
    server: server?.replace(/\/+$/, '') ?? inCluster,
    tokenFile: resolvePath(config, token),
    caFile: resolvePath(config, ca),
  };
}

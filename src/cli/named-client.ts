/** Names of clients, by the files that a configuration has them from. */

import { type Config, readConfig, resolvePath } from '../config/config.ts';
import { parseAddress } from '../net/address.ts';
import {
  ClientNames,
  NAME_FILES,
  type NameFileKind,
} from '../observe/client-names/client-names.ts';
import { UsageError } from './command.ts';

/** The address of a client with a name in `clientNames`; another text as it is. */
export async function addressOfClient(
  client: string | undefined,
  config: Config,
): Promise<string | undefined> {
  if (client === undefined || parseAddress(client) !== undefined) return client;
  return (await namesBy(config).addressesOf(client))[0] ?? client;
}

/** The names by the configuration of `-c`. Throws a ConfigError, or a UsageError beside `--admin`. */
export function namesGiven(
  file: string | undefined,
  admin: string | undefined,
): ClientNames | undefined {
  if (file === undefined) return undefined;
  if (admin === undefined) return namesBy(readConfig(file));
  throw new UsageError('--config: expect no --admin with it, whose server has names');
}

/** Nobody is asked: neither for PTR records nor a cluster. */
function namesBy(config: Config): ClientNames {
  const kinds = Object.keys(NAME_FILES) as NameFileKind[];
  const sources = config.clientNames.flatMap(({ value }) =>
    kinds.flatMap((kind) => {
      const file = value[kind]?.value;
      return file === undefined ? [] : { kind, file: resolvePath(config, file) };
    }),
  );
  return new ClientNames(sources, (why) => process.stderr.write(`${why}\n`));
}

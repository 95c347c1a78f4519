/** A client that is given by its name. */

import { type Config, resolvePath } from '../config/config.ts';
import { parseAddress } from '../net/address.ts';
import {
  ClientNames,
  NAME_FILES,
  type NameFileKind,
} from '../observe/client-names/client-names.ts';

/** The address of a client with a name in `clientNames`; another text as it is. */
export async function addressOfClient(
  client: string | undefined,
  config: Config,
): Promise<string | undefined> {
  if (client === undefined || parseAddress(client) !== undefined) return client;
  const kinds = Object.keys(NAME_FILES) as NameFileKind[];
  const sources = config.clientNames.flatMap(({ value }) =>
    kinds.flatMap((kind) => {
      const file = value[kind]?.value;
      return file === undefined ? [] : { kind, file: resolvePath(config, file) };
    }),
  );
  const names = new ClientNames(sources, (why) => process.stderr.write(`${why}\n`));
  return (await names.addressesOf(client))[0] ?? client;
}

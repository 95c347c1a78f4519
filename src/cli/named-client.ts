/** Names of clients, by the files that a configuration has them from. */

import { type Config, readConfig, resolvePath } from '../config/config.ts';
import {
  ClientNames,
  NAME_FILES,
  type NameFileKind,
} from '../observe/client-names/client-names.ts';
import { UsageError } from './command.ts';

/** Whether somebody means a client by its name, or a group, and no address. */
export function isName(client: string): boolean {
  return !/[:/]|^[\d.]+$/.test(client);
}

/** The address of a client with a name in `clientNames`, or the first of a group, with a note; another text as it is. */
export async function addressOfClient(
  client: string | undefined,
  config: Config,
): Promise<string | undefined> {
  if (client === undefined || !isName(client)) return client;
  const called = await namesBy(config).calledSo(client);
  if (called.length === 0) throw new UsageError(nobody(client));
  const address = called[0]!.replace(/\/.*/, '');
  if (called.length > 1 || address !== called[0]) {
    process.stderr.write(`${client} is ${called.join(', ')}: asked for ${address}\n`);
  }
  return address;
}

/**
 * The clients that `log` and `report` are to show, with addresses or prefixes in the place of names and groups of the
 * configuration. Throws a UsageError when nobody is called so.
 */
export async function clientsGiven(
  clients: readonly string[],
  config: string | undefined,
): Promise<readonly string[]> {
  const names = config === undefined ? undefined : namesBy(readConfig(config));
  const resolved = clients.map(async (client) => {
    if (!isName(client)) return client;
    const called = (await names?.calledSo(client)) ?? [];
    if (called.length > 0) return called;
    if (names !== undefined) throw new UsageError(`--client: ${nobody(client)}`);
    throw new UsageError(
      `--client: "${client}" is not an address or a prefix; expect one, or -c FILE whose clientNames or clientGroups have it`,
    );
  });
  return (await Promise.all(resolved)).flat();
}

function nobody(name: string): string {
  return `no client is named ${name}; expect an address, a name of clientNames or a group`;
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
  const failed = (why: string) => process.stderr.write(`${why}\n`);
  return new ClientNames(sources, failed, config.clientGroups);
}

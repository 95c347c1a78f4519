/** Filters as people write them: clients by their names, names as they stand in a browser. */

import { parseArgs } from 'node:util';
import type { FilterTexts } from '../../observe/decision-filter.ts';
import { readNameOperand } from '../name-operand.ts';
import { clientsGiven, isName } from '../named-client.ts';
import type { Options } from '../options.ts';

/** The clients of `--client` by their addresses, where names are to be looked up; else undefined, without a wait. */
export function clientsOf(
  args: readonly string[],
  options: Options,
): Promise<readonly string[]> | undefined {
  const { values } = parseArgs({ args: [...args], options, strict: false, allowPositionals: true });
  const texts = (name: string) =>
    [values[name] ?? []].flat().filter((one) => typeof one === 'string');
  const clients = texts('client').flatMap((text) => text.split(','));
  // A server knows its own.
  if (!clients.some(isName) || texts('admin').length > 0) return undefined;
  return clientsGiven(clients, texts('config')[0]);
}

/** The filters with `client` in the place of what was given, and each name as the DNS has it. */
export function withWords<T extends FilterTexts>(
  given: T,
  client: readonly string[] | undefined,
): T {
  const { name } = given;
  return {
    ...given,
    ...(client !== undefined && { client }),
    ...(name !== undefined && { name: [name].flat().map(readNameOperand) }),
  };
}

/** Which configuration a command reads when `-c` names none. */

import { accessSync, existsSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isExecutable, PROGRAM } from '../program-files.ts';
import { UsageError } from './command.ts';

/** Where a package of the system installs it. */
export const SYSTEM_CONFIG = '/etc/rcode5/rcode5.yaml';

const PACKAGED = new URL('config/default.yaml', PROGRAM);

/**
 * The file of `-c`, else of $RCODE5_CONFIG, else the system's, else the one that comes with the program.
 * Throws a UsageError when the variable names a file that cannot be read: another one must not be served
 * in its place.
 */
export function findConfigFile(
  given: string | undefined,
  environment: NodeJS.ProcessEnv = process.env,
  system = SYSTEM_CONFIG,
): string {
  if (given !== undefined) return given;
  const named = environment['RCODE5_CONFIG'];
  if (named !== undefined && named !== '') return expectReadable(named);
  return existsSync(system) ? system : packaged();
}

function expectReadable(file: string): string {
  try {
    accessSync(file);
    return file;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new UsageError(
      `$RCODE5_CONFIG is ${file}, which cannot be read (${code}); expect a configuration, or no such variable`,
    );
  }
}

/** As seen from the working directory, if it is there: a record's rule names the file. */
function packaged(): string {
  if (isExecutable) return PACKAGED.href;
  const file = fileURLToPath(PACKAGED);
  const near = relative(process.cwd(), file);
  return near.startsWith('..') ? file : near;
}

/**
 * The program's own files and threads: beside `src` and `dist`, or inside the single executable, whose build gives
 * its modules URLs that begin with `executable:`.
 */

import { readFileSync } from 'node:fs';
import { Worker, type WorkerOptions } from 'node:worker_threads';

/** The folder of package.json. */
export const PROGRAM: URL = new URL('../', import.meta.url);

const EMBEDDED = 'executable:';

/** Whether this is the single executable. */
export const isExecutable: boolean = PROGRAM.protocol === EMBEDDED;

/** Whether a path is the URL of a file inside the single executable, and this is it. */
export function isEmbedded(path: string): boolean {
  return isExecutable && path.startsWith(EMBEDDED);
}

/** Reads a file whose URL is seen from PROGRAM or from a module. Throws when there is none. */
export function readProgramFile(url: URL): Buffer {
  return url.protocol === EMBEDDED ? Buffer.from(embedded(pathOf(url))) : readFileSync(url);
}

/** Starts the module at `path`, without its extension, seen from the module with the URL `from`. */
export function startThread(from: string, path: string, options: WorkerOptions): Worker {
  // `.ts` in the repository, `.js` where it was built.
  const url = new URL(`${path}${from.slice(from.lastIndexOf('.'))}`, from);
  if (url.protocol !== EMBEDDED) return new Worker(url, options);
  const module = pathOf(url).replace(/^dist\/|\.js$/g, '');
  const boot = Buffer.from(embedded('boot.cjs')).toString();
  return new Worker(`const MODULE = ${JSON.stringify(module)};\n${boot}`, {
    ...options,
    eval: true,
  });
}

function pathOf({ pathname }: URL): string {
  return pathname.slice(1);
}

/** Not a copy: nobody may write to it. */
function embedded(path: string): ArrayBuffer {
  return process.getBuiltinModule('node:sea').getRawAsset(path) as ArrayBuffer;
}

/** Starts the program from its sources, with the code that an earlier start has compiled: that saves most of it. */

import { enableCompileCache } from 'node:module';
import { fileURLToPath } from 'node:url';

// In a folder of the program's own: whoever can write there could write the program itself.
const folder = fileURLToPath(new URL('../../node_modules/.cache/compiled', import.meta.url));
enableCompileCache(folder);
// Threads look at the environment.
process.env['NODE_COMPILE_CACHE'] ??= folder;

export const { run } = await import('./program.ts');

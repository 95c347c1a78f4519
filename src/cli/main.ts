#!/usr/bin/env node
/** Starts the program with the code that an earlier start has compiled: that saves most of it. */

import { readFileSync } from 'node:fs';
// All names at once: an old Node has no enableCompileCache, and would show a stack instead of a sentence.
import * as nodeModule from 'node:module';
import { fileURLToPath } from 'node:url';

const { engines } = JSON.parse(
  readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
);
const [major = 0, minor = 0] = engines.node.match(/\d+/g).map(Number);
const [ownMajor = 0, ownMinor = 0] = process.versions.node.split('.').map(Number);
if (ownMajor < major || (ownMajor === major && ownMinor < minor)) {
  process.stderr.write(
    `rcode5 needs Node ${major}.${minor} or later, and this is ${process.version}; expect one in PATH\n`,
  );
  process.exit(2);
}

// In a folder of the program's own: whoever can write there could write the program itself.
const folder = fileURLToPath(new URL('../../node_modules/.cache/compiled', import.meta.url));
nodeModule.enableCompileCache(folder);
// Threads look at the environment.
process.env['NODE_COMPILE_CACHE'] ??= folder;

const { run } = await import('./program.ts');
process.exitCode = await run(process.argv.slice(2));

#!/usr/bin/env node
/** Checks that this Node can run the program, and starts it. An old Node reads this file too: it has no types. */

import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const { engines } = require('../../package.json');
const [major = 0, minor = 0] = engines.node.match(/\d+/g).map(Number);
const [ownMajor = 0, ownMinor = 0] = process.versions.node.split('.').map(Number);
if (ownMajor < major || (ownMajor === major && ownMinor < minor)) {
  process.stderr.write(
    `rcode5 needs Node ${major}.${minor} or later, and this is ${process.version}; expect one in PATH\n`,
  );
  process.exit(2);
}

const { run } = await import('./start.ts');
process.exitCode = await run(process.argv.slice(2));

/** Runs after `npm ci`: builds the console, where there is a Node that can. */

import process from 'node:process';

const LEAST = 24;
const [major] = process.versions.node.split('.').map(Number);
if (major < LEAST) {
  process.stdout.write(`the console is not built: expect Node ${LEAST} or newer\n`);
} else {
  const { main } = await import('./build-console.ts');
  await main();
}

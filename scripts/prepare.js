/** Runs after `npm ci`: builds the program and the console, and compiles what is run most, where there is a Node that can. */

import process from 'node:process';

const LEAST = 24;
const [major] = process.versions.node.split('.').map(Number);
if (major < LEAST) {
  process.stdout.write(`nothing is built: expect Node ${LEAST} or newer\n`);
} else {
  const program = await import('./build-program.ts');
  const site = await import('./build-console.ts');
  await program.main();
  const { compileProgram } = await import('./compile-program.ts');
  await compileProgram();
  await site.main();
}

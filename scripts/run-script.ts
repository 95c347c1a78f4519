/** What a script of ours does when it cannot do its work. */

/** Runs it, and ends the process with a sentence and code 1 in place of a stack. */
export function runScript(name: string, main: () => void): void {
  try {
    main();
  } catch (error) {
    process.stderr.write(`${name}: ${(error as Error).message}\n`);
    process.exitCode = 1;
  }
}

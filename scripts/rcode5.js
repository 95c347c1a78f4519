/**
 * Runs the program in a clone: as it was built, when it was built from the sources that are here, else from the
 * sources. Reading hundreds of files, and taking the types out of them, takes most of a start.
 */

import { createRequire } from 'node:module';

// An import of these would load all of their code, with streams, to list what they export.
const require = createRequire(import.meta.url);
const { readFileSync, statSync } = require('node:fs');
const { fileURLToPath } = require('node:url');

const ROOT = fileURLToPath(new URL('../', import.meta.url));

export const BUILD_FILE = `${ROOT}dist/build.json`;

/**
 * What identifies a source: its path, its size and the time of its last change.
 *
 * @param {string} path seen from the project's folder
 * @returns {string}
 */
export function describeSource(path) {
  const { size, mtimeMs } = statSync(ROOT + path);
  return `${path} ${size} ${mtimeMs}`;
}

/**
 * Whether the program was built from the sources that are here. A new one counts when one that was here imports
 * it, and has changed for that.
 *
 * @returns {boolean}
 */
export function isFresh() {
  try {
    const built = readFileSync(BUILD_FILE, 'utf8').trimEnd().split('\n');
    return built.every((line) => line === describeSource(line.slice(0, line.indexOf(' '))));
  } catch {
    return false;
  }
}

if (import.meta.main ?? process.argv[1] === fileURLToPath(import.meta.url)) {
  await import(isFresh() ? '../dist/cli/main.js' : '../src/cli/main.ts');
}

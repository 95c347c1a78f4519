/**
 * Runs a bundle of the built program, with the code that an earlier run has compiled. The build copies it to `dist/`.
 *
 * V8 compiles a function when it is first called. What a run has compiled is kept, in one file for each command,
 * since each calls other functions. V8 takes only what a V8 with the same version and flags has compiled, but of the
 * text it compares no more than the length: the name of the file identifies the build.
 */

const { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } =
  require('node:fs');
const { createRequire, SourceMap } = require('node:module');
const { join } = require('node:path');
const { pathToFileURL } = require('node:url');
const { Script } = require('node:vm');
const { threadId } = require('node:worker_threads');

/** The greatest exit code of a run that did what it was started for: others have compiled too little. */
const MOST_EXIT = 1;

/** What was compiled when the program was built; whoever can write there could write the program itself. */
const BUILT = join(__dirname, 'compiled');
/** Where this run may keep what it compiles; as for Node's own cache, it may be told to keep nothing. */
const { NODE_COMPILE_CACHE: FOLDER = BUILT, NODE_DISABLE_COMPILE_CACHE: KEEPS_NOTHING } =
  process.env;

/** The source map of each bundle that runs, read when an error is shown. */
const maps = new Map();

/**
 * Runs a bundle and returns what it exports.
 *
 * @param {string} entry its path in `src/`, without the extension
 * @param {string} build identifies its text
 * @param {string} use what it is run for: lower-case letters
 * @returns {any}
 */
function load(entry, build, use) {
  const bundle = entry.replaceAll('/', '-');
  const file = join(__dirname, 'bundles', `${bundle}.js`);
  const prefix = `${bundle}.${use}.`;
  const kept = `${prefix}${build}-${process.version}-${process.arch}`;
  const cachedData = readIfAny(join(BUILT, kept)) ?? readIfAny(join(FOLDER, kept));
  // Bundles are ASCII: a byte for each character, in memory too.
  const script = new Script(readFileSync(file, 'latin1'), { filename: file, cachedData });
  if (KEEPS_NOTHING === undefined && (cachedData === undefined || script.cachedDataRejected)) {
    keepAtExit(script, prefix, kept);
  }
  maps.set(file, undefined);
  Error.prepareStackTrace = describe;
  const module = { exports: {} };
  const place = `${pathToFileURL(__dirname).href}/`;
  script.runInThisContext()(module.exports, createRequire(`${place}${entry}.cjs`), module, place);
  return module.exports;
}

/**
 * @param {string} path
 * @returns {Buffer | undefined}
 */
function readIfAny(path) {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}

/**
 * Keeps what has been compiled when the run ends.
 *
 * @param {import('node:vm').Script} script
 * @param {string} prefix of the names of all files for this bundle and use
 * @param {string} kept the name of the one for this build
 */
function keepAtExit(script, prefix, kept) {
  process.once('exit', (code) => {
    if (code > MOST_EXIT) return;
    const path = join(FOLDER, kept);
    const written = `${path}.${process.pid}-${threadId}`;
    try {
      mkdirSync(FOLDER, { recursive: true });
      // Empty first: where nothing can be written, V8 need not say what it has.
      writeFileSync(written, '');
      writeFileSync(written, script.createCachedData());
      renameSync(written, path);
      for (const name of readdirSync(FOLDER)) {
        if (name.startsWith(prefix) && name !== kept) rmSync(join(FOLDER, name), { force: true });
      }
    } catch {
      // The next start compiles again.
    }
  });
}

/**
 * The stack of an error, with places in the sources.
 *
 * @param {Error} error
 * @param {NodeJS.CallSite[]} sites
 */
function describe(error, sites) {
  const title = Error.prototype.toString.call(error);
  return [title, ...sites.map((site) => `    at ${describeSite(site)}`)].join('\n');
}

/** @param {NodeJS.CallSite} site */
function describeSite(site) {
  const text = String(site);
  const file = site.getFileName();
  const line = site.getLineNumber();
  const column = site.getColumnNumber();
  if (!maps.has(file) || line === null || column === null) return text;
  if (maps.get(file) === undefined) maps.set(file, readMap(`${file}.map`));
  const origin = maps.get(file)?.findOrigin(line, column);
  if (origin?.fileName === undefined) return text;
  const source = origin.fileName.replace(/^(\.\.\/)+/, '');
  return text.replace(
    `${file}:${line}:${column}`,
    `${source}:${origin.lineNumber}:${origin.columnNumber}`,
  );
}

/**
 * @param {string} path
 * @returns {SourceMap | null}
 */
function readMap(path) {
  try {
    return new SourceMap(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    return null;
  }
}

module.exports = { load };

/**
 * A library within the single executable, laid into a folder: the loader of the system loads files alone.
 *
 * Whoever can write to that file, or put another in its place, runs code with the rights of this process. So the
 * folder belongs to this user, nobody else may write to it, and the same holds for all folders above it, but that
 * root's are good too, and those where nobody may move what is another's (`/tmp`).
 */

import { createHash, randomBytes } from 'node:crypto';
import {
  closeSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  type Stats,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';

const MINE_ALONE = 0o700;
const OTHERS_WRITE = 0o022;
const STICKY = 0o1000;
const ROOT = 0;
const LIBRARY = /^koffi-[0-9a-f]{16}\.node$/;

/** The folders to try, in this order. `uid` is that of the process. */
export function libraryFolders(environment: NodeJS.ProcessEnv, uid: number): readonly string[] {
  const { CACHE_DIRECTORY, XDG_CACHE_HOME, HOME, XDG_RUNTIME_DIR, RUNTIME_DIRECTORY } = environment;
  // systemd gives several, with colons between them (systemd.exec(5)).
  const [cache] = CACHE_DIRECTORY?.split(':') ?? [];
  const [runtime] = RUNTIME_DIRECTORY?.split(':') ?? [];
  const folders = [
    cache,
    XDG_CACHE_HOME && join(XDG_CACHE_HOME, 'rcode5'),
    HOME && join(HOME, '.cache', 'rcode5'),
    runtime,
    XDG_RUNTIME_DIR && join(XDG_RUNTIME_DIR, 'rcode5'),
    uid === ROOT ? '/run/rcode5' : undefined,
    `/tmp/rcode5-${uid}`,
  ];
  return folders.filter((folder) => folder?.startsWith('/') === true) as string[];
}

/**
 * Calls `load` with a file that has these octets, in the first of these folders where it can be put and loaded: a
 * file system may forbid to run what is on it. Throws an Error that says for each folder why not.
 */
export function layOut<T>(
  octets: Uint8Array,
  folders: readonly string[],
  uid: number,
  load: (file: string) => T,
): T {
  const hash = createHash('sha256').update(octets).digest('hex').slice(0, 16);
  const problems: string[] = [];
  for (const folder of folders) {
    let file: string | undefined;
    try {
      file = put(octets, folder, `koffi-${hash}.node`, uid);
      return load(file);
    } catch (error) {
      if (file !== undefined) rmSync(file, { force: true });
      problems.push((error as Error).message);
    }
  }
  throw new Error(
    `its library cannot be laid into a folder: ${problems.join('; ')}; expect $XDG_CACHE_HOME to name one that this user alone can write to`,
  );
}

function put(octets: Uint8Array, folder: string, name: string, uid: number): string {
  mkdirSync(folder, { recursive: true, mode: MINE_ALONE });
  // A link may lead elsewhere by the time that the file is loaded.
  const place = realpathSync(folder);
  expectMine(place, lstatSync(place), uid);
  for (const above of foldersAbove(place)) expectSafe(above, lstatSync(above), uid);
  const file = join(place, name);
  if (!isThere(file, octets, uid)) {
    write(file, octets);
    removeOthers(place, name);
  }
  return file;
}

function* foldersAbove(path: string): Generator<string> {
  const above = dirname(path);
  if (above === path) return;
  yield above;
  yield* foldersAbove(above);
}

function expectMine(path: string, { uid, mode }: Stats, own: number): void {
  if (uid !== own) throw new Error(`${path} belongs to the user ${uid}, not to ${own}`);
  if ((mode & OTHERS_WRITE) !== 0) throw new Error(`others may write to ${path}`);
}

function expectSafe(path: string, { uid, mode }: Stats, own: number): void {
  if (uid !== own && uid !== ROOT) throw new Error(`${path} belongs to the user ${uid}`);
  if ((mode & OTHERS_WRITE) !== 0 && (mode & STICKY) === 0) {
    throw new Error(`others may write to ${path}`);
  }
}

/** Whether an earlier start has laid it there. */
function isThere(file: string, octets: Uint8Array, own: number): boolean {
  let stats: Stats;
  try {
    stats = lstatSync(file);
  } catch {
    return false;
  }
  const { uid, mode, size } = stats;
  const isMine = stats.isFile() && uid === own && (mode & OTHERS_WRITE) === 0;
  return isMine && size === octets.length && readFileSync(file).equals(octets);
}

/** Under another name first: another process may be loading it. */
function write(file: string, octets: Uint8Array): void {
  const draft = `${file}.${process.pid}-${randomBytes(4).toString('hex')}`;
  try {
    const fd = openSync(draft, 'wx', MINE_ALONE);
    try {
      for (let at = 0; at < octets.length; ) at += writeSync(fd, octets, at);
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    renameSync(draft, file);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
}

/** Those of other versions; a process that has loaded one goes on with it. */
function removeOthers(folder: string, name: string): void {
  for (const other of readdirSync(folder)) {
    if (LIBRARY.test(other) && other !== name) rmSync(join(folder, other), { force: true });
  }
}

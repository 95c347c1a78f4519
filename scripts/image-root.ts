/**
 * `node scripts/image-root.ts FOLDER` lays the root of the container image: this Node, the libraries that it links to, and
 * the program as it was built, with the packages that it is installed with. There is no shell and nothing else.
 */

import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';

const PROGRAM = '/rcode5';
const NODE = '/usr/local/bin/node';
/** Of the user that the image runs as, and that owns where it writes. */
const USER = 1000;
const WRITABLE = ['/var/log/rcode5', '/var/lib/rcode5', '/var/cache/rcode5'];

const FILES: Readonly<Record<string, string>> = {
  '/etc/passwd': `root:x:0:0::/:/none\nrcode5:x:${USER}:${USER}::/var/lib/rcode5:/none\n`,
  '/etc/group': `root:x:0:\nrcode5:x:${USER}:\n`,
  // For names of upstreams, by the C library.
  '/etc/nsswitch.conf': 'hosts: files dns\n',
};

/** What `rcode5` is in the image, which has no /usr/bin/env. */
const COMMAND = `#!${NODE}\nimport('${PROGRAM}/dist/cli/main.js');\n`;

interface Lock {
  readonly packages: Readonly<Record<string, { readonly dev?: boolean }>>;
}

/** Lays the root into a folder that is not there yet. */
export function layRoot(root: string): void {
  const put = (from: string, to: string) => {
    mkdirSync(dirname(join(root, to)), { recursive: true });
    cpSync(from, join(root, to), { recursive: true, dereference: true });
  };
  put(process.execPath, NODE);
  for (const path of ['dist', 'config', 'package.json', 'LICENSE', ...packages()]) {
    put(path, join(PROGRAM, path));
  }
  for (const library of librariesOf(process.execPath)) {
    mkdirSync(dirname(join(root, library)), { recursive: true });
    copyFileSync(library, join(root, library));
  }
  for (const [path, text] of Object.entries({ ...FILES, '/usr/local/bin/rcode5': COMMAND })) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  chmodSync(join(root, '/usr/local/bin/rcode5'), 0o755);
  mkdirSync(join(root, '/etc/rcode5'));
  mkdirSync(join(root, '/tmp'));
  chmodSync(join(root, '/tmp'), 0o1777);
  for (const folder of WRITABLE) {
    mkdirSync(join(root, folder), { recursive: true });
    chownSync(join(root, folder), USER, USER);
  }
}

/** The folders of packages that the program is installed with; those for other platforms are not there. */
function packages(): string[] {
  const lock = JSON.parse(readFileSync('package-lock.json', 'utf8')) as Lock;
  return Object.entries(lock.packages).flatMap(([path, { dev = false }]) =>
    path === '' || dev || !existsSync(path) ? [] : [path],
  );
}

/** The shared libraries that a program needs, with its loader; koffi needs none beside these. */
function librariesOf(program: string): string[] {
  const printed = String(execFileSync('ldd', [program]));
  return [...printed.matchAll(/(?:^|\s)(\/\S+) \(0x/gm)].map(([, path]) => path!);
}

if (import.meta.main) {
  const [, , root] = process.argv;
  if (root === undefined) throw new Error('expect a folder');
  layRoot(root);
}

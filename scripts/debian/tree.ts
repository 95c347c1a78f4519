/** The files of the package, and where Debian has such files (Policy 9.1, 12). */

import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { listRunTimeFiles } from '../run-time-files.ts';
import { formatChangelog } from './changelog.ts';
import { formatCopyright } from './copyright.ts';
import { copyOf, gzipped, type PackedFile, textFile } from './packed-file.ts';
import { nextUnit, unit } from './units.ts';

/** Where the program is; its own Node stands in it. */
export const HOME = 'usr/lib/rcode5';
export const NODE = 'node_modules/node/bin/node';
const DOC = 'usr/share/doc/rcode5';
export const SCRIPTS = 'scripts/debian/files';
/** Policy 12.3: what is longer is compressed. */
const SMALL = 4096;

/** Files that an operator changes: dpkg keeps the changes. */
export const CONFIGURATION_FILES: readonly string[] = ['etc/rcode5/rcode5.yaml'];

export function listFiles(date: number): readonly PackedFile[] {
  const files = [
    copyOf(NODE, `${HOME}/node`, 0o755),
    ...listRunTimeFiles().map((file) => copyOf(file, join(HOME, file))),
    copyOf(`${SCRIPTS}/rcode5`, 'usr/bin/rcode5', 0o755),
    ...CONFIGURATION_FILES.map((file) => copyOf(`${SCRIPTS}/${basename(file)}`, file)),
    textFile('usr/lib/systemd/system/rcode5.service', unit()),
    textFile('usr/lib/systemd/system/rcode5-next.service', nextUnit()),
    ...manPages(),
    ...completions(),
    ...documentation(date),
    copyOf(`${SCRIPTS}/lintian-overrides`, 'usr/share/lintian/overrides/rcode5'),
  ];
  return files.sort((a, b) => (a.path < b.path ? -1 : 1));
}

function manPages(): PackedFile[] {
  return globSync('docs/man/*.[1-9]').map((file) => {
    const section = file.at(-1);
    return gzipped(`usr/share/man/man${section}/${basename(file)}`, readFileSync(file));
  });
}

function completions(): PackedFile[] {
  const from = 'config/deploy/completion';
  return [
    copyOf(`${from}/rcode5.bash`, 'usr/share/bash-completion/completions/rcode5'),
    copyOf(`${from}/_rcode5`, 'usr/share/zsh/vendor-completions/_rcode5'),
    copyOf(`${from}/rcode5.fish`, 'usr/share/fish/vendor_completions.d/rcode5.fish'),
  ];
}

function documentation(date: number): PackedFile[] {
  const pages = ['README.md', 'SECURITY.md', ...globSync('docs/*.{md,json}')];
  const examples = globSync([
    ...['config/assertions.yaml', 'config/example.yaml', 'config/example/*'],
    ...['config/deploy/{clickhouse,grafana,prometheus}/**/*.*', 'config/deploy/**/*.logrotate'],
  ]);
  return [
    textFile(`${DOC}/copyright`, formatCopyright()),
    gzipped(`${DOC}/changelog`, readFileSync('CHANGELOG.md')),
    gzipped(`${DOC}/changelog.Debian`, Buffer.from(formatChangelog(date))),
    ...pages.map((page) => documented(join(DOC, basename(page)), readFileSync(page))),
    ...examples.map((file) => copyOf(file, file.replace(/^config/, `${DOC}/examples`))),
  ];
}

function documented(path: string, octets: Uint8Array): PackedFile {
  return octets.length > SMALL ? gzipped(path, octets) : { path, mode: 0o644, content: octets };
}

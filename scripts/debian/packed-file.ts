/** A file of the package, wherever it comes from. */

import {
  chmodSync,
  constants,
  copyFileSync,
  lutimesSync,
  mkdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';

export interface PackedFile {
  /** Without a leading slash. */
  readonly path: string;
  readonly mode: number;
  /** Its octets, or the file that has them. */
  readonly content: Uint8Array | { readonly copyOf: string };
}

export function copyOf(from: string, path: string, mode = 0o644): PackedFile {
  return { path, mode, content: { copyOf: from } };
}

export function textFile(path: string, text: string): PackedFile {
  return { path, mode: 0o644, content: Buffer.from(text) };
}

/** As `gzip -9n` has it: without a name and a time. */
export function gzipped(path: string, octets: Uint8Array): PackedFile {
  return { path: `${path}.gz`, mode: 0o644, content: gzipSync(octets, { level: 9 }) };
}

export function octetsOf({ content }: PackedFile): Uint8Array {
  return 'copyOf' in content ? readFileSync(content.copyOf) : content;
}

/** Writes them below a folder, as they are to be installed, whatever the umask is; changed at `date`. */
export function placeFiles(files: readonly PackedFile[], root: string, date: number): void {
  const folders = new Set<string>();
  for (const { path, mode, content } of files) {
    for (let folder = dirname(path); !folders.has(folder); folder = dirname(folder)) {
      folders.add(folder);
    }
    const file = join(root, path);
    mkdirSync(dirname(file), { recursive: true });
    if ('copyOf' in content) copyFileSync(content.copyOf, file, constants.COPYFILE_FICLONE);
    else writeFileSync(file, content);
    chmodSync(file, mode);
    lutimesSync(file, date, date);
  }
  for (const folder of folders) {
    chmodSync(join(root, folder), 0o755);
    lutimesSync(join(root, folder), date, date);
  }
}

/** The rules of a transferred zone. */

import { compileRecords } from '../rpz-compiler.ts';
import type { Override, RpzImage } from '../rpz-image.ts';
import type { KnownCopy } from './cache-file.ts';
import { PackedRecords } from './record-pack.ts';
import { digestOf } from './zone-copy.ts';

/** Compiles a copy; in place of a file its rules show the primary and the serial. */
export function compileCopy({ copy, primary }: KnownCopy, override: Override): RpzImage {
  const files = [`${primary}#${copy.soa.serial}`];
  return {
    ...compileRecords(new PackedRecords(copy.records, files), override),
    files,
    digest: digestOf(copy),
    problems: [],
  };
}

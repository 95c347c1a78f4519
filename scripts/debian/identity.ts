/** Names of the package in the world of Debian. */

import { VERSION as PROGRAM } from '../../src/version.ts';

/** The revision of the packaging behind that of the program. A pre-release comes before its release. */
export const VERSION: string = `${PROGRAM.replace('-', '~')}-1`;
export const MAINTAINER = 'The rcode5 authors <maintainers@rcode5.invalid>';

/** Debian's name for what this runs on, which is what Node and the library for system calls are for. */
export function architecture(arch: NodeJS.Architecture = process.arch): string {
  const name = ({ x64: 'amd64', arm64: 'arm64' } as Partial<Record<string, string>>)[arch];
  if (name !== undefined) return name;
  throw new RangeError(`a package for ${arch} is not made; expect a Node for x64 or arm64`);
}

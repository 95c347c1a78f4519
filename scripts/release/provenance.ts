/**
 * How a release was made: an in-toto Statement (version 1) with the predicate of SLSA provenance (version 1). Nobody
 * has signed it: it says what was built from what, and whoever builds the same gets the same.
 */

import { basename } from 'node:path';

export interface Artifact {
  readonly file: string;
  /** As hexadecimal digits. */
  readonly sha256: string;
}

interface Material {
  readonly name: string;
  readonly uri?: string;
  readonly digest: Readonly<Record<string, string>>;
}

export interface Build {
  readonly artifacts: readonly Artifact[];
  readonly version: string;
  readonly commit: string;
  /** Whether files differ from the commit. */
  readonly isChanged: boolean;
  /** Seconds since 1970. */
  readonly date: number;
  /** A URI of who builds. */
  readonly builder: string;
  /** Versions of programs, by their names. */
  readonly tools: Readonly<Record<string, string>>;
  /** The text of package-lock.json. */
  readonly lock: string;
  readonly node: Material;
}

interface Locked {
  readonly version?: string;
  readonly integrity?: string;
}

export function provenanceOf(build: Build): string {
  const statement = {
    _type: 'https://in-toto.io/Statement/v1',
    subject: build.artifacts.map(({ file, sha256 }) => ({
      name: basename(file),
      digest: { sha256 },
    })),
    predicateType: 'https://slsa.dev/provenance/v1',
    predicate: {
      buildDefinition: {
        buildType: 'urn:rcode5:npm-run-release:1',
        externalParameters: { version: build.version, ref: `refs/tags/v${build.version}` },
        internalParameters: { SOURCE_DATE_EPOCH: build.date, tools: build.tools },
        resolvedDependencies: [sourcesOf(build), build.node, ...packagesOf(build.lock)],
      },
      runDetails: { builder: { id: build.builder } },
    },
  };
  return `${JSON.stringify(statement)}\n`;
}

function sourcesOf({ commit, isChanged }: Build): object {
  const sources = { name: 'sources', digest: { gitCommit: commit } };
  return isChanged ? { ...sources, annotations: { changed: true } } : sources;
}

/** Every package that may have had a part in it, by the hash that npm compares. */
function packagesOf(lock: string): Material[] {
  const { packages } = JSON.parse(lock) as { readonly packages: Readonly<Record<string, Locked>> };
  return Object.entries(packages).flatMap(([path, { version, integrity }]) => {
    if (path === '' || integrity === undefined) return [];
    const name = path.replace(/^.*node_modules\//, '');
    const [algorithm, hash] = integrity.split('-', 2);
    const digest = { [algorithm!]: Buffer.from(hash!, 'base64').toString('hex') };
    return [{ name: path, uri: `pkg:npm/${name.replace('@', '%40')}@${version}`, digest }];
  });
}

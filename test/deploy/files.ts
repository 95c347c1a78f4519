/** What tests of config/deploy read. */

import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, parseAllDocuments } from 'yaml';

export const DEPLOY: string = 'config/deploy';

export function deployFile(...path: readonly string[]): string {
  return join(DEPLOY, ...path);
}

/** The text of a file. */
export function readDeploy(...path: readonly string[]): string {
  return readFileSync(deployFile(...path), 'utf8');
}

/** A YAML file whose shape the caller knows. */
export function readYaml<T>(...path: readonly string[]): T {
  return parse(readFileSync(deployFile(...path), 'utf8')) as T;
}

/** A JSON file whose shape the caller knows. */
export function readJson<T>(...path: readonly string[]): T {
  return JSON.parse(readFileSync(deployFile(...path), 'utf8')) as T;
}

/** An object of the Kubernetes API and where it stands. */
export interface Manifest {
  readonly file: string;
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly labels?: Readonly<Record<string, string>> };
  readonly spec?: Readonly<Record<string, unknown>>;
}

/** The documents of a text with one or more manifests. */
export function parseManifests(file: string, text: string): Manifest[] {
  return parseAllDocuments(text).map((document) => ({ ...document.toJS(), file }));
}

/** All manifests but what is for Kustomize or for rcode5 itself. */
export function readManifests(): Manifest[] {
  return globSync(deployFile('kubernetes/*/*.yaml'))
    .filter((file) => !/kustomization\.yaml$|rcode5\.yaml$/.test(file))
    .sort()
    .flatMap((file) => parseManifests(file, readFileSync(file, 'utf8')));
}

/**
 * Manifests against the types of the Kubernetes API: the compiler finds a field that there is not,
 * one that is missing, and a value of the wrong kind.
 */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../e2e/processes.ts';
import type { Manifest } from './files.ts';

/** Where the compiler finds the packages. */
const FOLDER = 'node_modules/.cache';
const TSC = 'node_modules/typescript/bin/tsc';

const MODULES: Readonly<Record<string, string>> = {
  v1: 'core/v1',
  'apps/v1': 'apps/v1',
  'policy/v1': 'policy/v1',
  'networking.k8s.io/v1': 'networking/v1',
};
/** Kinds that an operator brings: no part of the API. */
const CUSTOM: readonly string[] = ['monitoring.coreos.com/v1', 'cert-manager.io/v1'];

/** What the compiler says of them; nothing when all is well. */
export async function typeErrorsOf(manifests: readonly Manifest[]): Promise<string> {
  const known = manifests.filter(({ apiVersion }) => !CUSTOM.includes(apiVersion));
  const lines = known.map(({ file: _, ...manifest }, i) => {
    const from = `kubernetes-types/${MODULES[manifest.apiVersion] ?? 'no-such-module'}`;
    const type = `import('${from}').${manifest.kind}`;
    return `export const manifest${i}: ${type} = ${JSON.stringify(manifest, undefined, 2)};\n`;
  });
  mkdirSync(FOLDER, { recursive: true });
  const folder = mkdtempSync(join(FOLDER, 'manifests-'));
  try {
    const file = join(folder, 'manifests.ts');
    writeFileSync(file, lines.join(''));
    const options = ['--noEmit', '--strict', '--module', 'preserve', '--types', '', file];
    const { code, stdout } = await run(process.execPath, [TSC, '--ignoreConfig', ...options]);
    return code === 0 ? '' : stdout;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

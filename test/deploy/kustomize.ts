/** Kustomize, as kubectl has it. */

import { execFileSync } from 'node:child_process';
import { findProgram, run } from '../e2e/processes.ts';
import { type Manifest, parseManifests } from './files.ts';

/** Older ones, like that of Debian 12's kubernetes-client (2.0.3), do not read `labels` and `patches`. */
const OLDEST = 5;

/** What a test's title says where there is no Kustomize that reads our files; empty where there is one. */
export const KUSTOMIZE_MISSING: string = missing();

/** The manifests that it builds from a folder. */
export async function buildKustomize(folder: string): Promise<Manifest[]> {
  const { code, stdout, stderr } = await run(findProgram('kubectl')!, ['kustomize', folder]);
  if (code !== 0) throw new Error(stderr);
  return parseManifests(folder, stdout);
}

function missing(): string {
  const kubectl = findProgram('kubectl');
  if (kubectl === undefined) return ' (needs kubectl, not installed here)';
  const printed = execFileSync(kubectl, ['version', '--client', '--output', 'json']);
  const { kustomizeVersion = 'older than 4.5' } = JSON.parse(String(printed));
  const major = /^v(\d+)/.exec(kustomizeVersion)?.[1];
  if (Number(major) >= OLDEST) return '';
  return ` (needs Kustomize ${OLDEST}; kubectl has ${kustomizeVersion})`;
}

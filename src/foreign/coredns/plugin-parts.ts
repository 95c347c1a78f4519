/** What the plugins of a server block are compiled from. */

import { dirname, isAbsolute, join } from 'node:path';
import type { Left } from '../left.ts';
import type { Problems } from '../problems.ts';
import type { Verdicts } from '../verdicts.ts';
import type { Zone } from './zones.ts';

export interface PluginParts {
  readonly verdicts: Verdicts;
  readonly problems: Problems;
  readonly left: Left[];
  /** Of the server block. */
  readonly zones: readonly Zone[];
  /** The folder of the Corefile. */
  readonly folder: string;
  /** Names that plugins are about. */
  readonly names: Uint8Array[];
}

/** A path of a Corefile. */
export function pathIn(folder: string, path: string): string {
  return isAbsolute(path) ? path : join(folder, path);
}

export function folderOf(file: string): string {
  return dirname(file);
}

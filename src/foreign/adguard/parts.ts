/** What the readers of the sections of an AdGuardHome.yaml work with. */

import { below, type PlacedValue } from '../../config/placed-yaml.ts';
import type { Left } from '../left.ts';
import type { Problems } from '../problems.ts';
import type { Verdicts } from '../verdicts.ts';

export interface AdguardParts {
  readonly root: PlacedValue;
  readonly problems: Problems;
  readonly left: Left[];
  readonly verdicts: Verdicts;
  /** The folder of the file: filters are in its `data/filters`. */
  readonly folder: string;
  /** Names that rules are about. */
  readonly names: Uint8Array[];
}

export function listOf(root: PlacedValue, ...path: readonly string[]): readonly PlacedValue[] {
  return below(root, ...path)?.items ?? [];
}

/** Undefined where the key is missing: defaults differ. */
export function flagOf(root: PlacedValue, ...path: readonly string[]): boolean | undefined {
  const text = below(root, ...path)?.text;
  return text === undefined ? undefined : text === 'true';
}

export function textAt(root: PlacedValue, ...path: readonly string[]): string | undefined {
  return below(root, ...path)?.text;
}

/** Without it neither filters nor rewrites count. */
export function isFiltering(root: PlacedValue): boolean {
  const isOn = (key: string) => flagOf(root, 'filtering', key) ?? flagOf(root, 'dns', key);
  return isOn('protection_enabled') !== false && isOn('filtering_enabled') !== false;
}

/** What `diagnose` asks and what it can find, as tables. */

import { DIAGNOSES } from '../../src/diagnose/inference.ts';
import { PROBES } from '../../src/diagnose/question.ts';
import { code, formatTable } from './table.ts';

export function probesTable(): string {
  return formatTable(['probe', 'what it asks'], rowsOf(PROBES));
}

export function verdictsTable(): string {
  return formatTable(['verdict', 'meaning'], rowsOf(DIAGNOSES));
}

function rowsOf(meanings: Readonly<Record<string, string>>): string[][] {
  return Object.entries(meanings).map(([name, meaning]) => [code(name), meaning]);
}

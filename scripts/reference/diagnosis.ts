/** What `diagnose` asks and what it can find, as tables. */

import { PROBES } from '../../src/diagnose/question.ts';
import { VERDICTS } from '../../src/diagnose/verdict.ts';
import { code, formatTable } from './table.ts';

export function probesTable(): string {
  return formatTable(['probe', 'what it asks'], rowsOf(PROBES));
}

export function verdictsTable(): string {
  return formatTable(['verdict', 'meaning'], rowsOf(VERDICTS));
}

function rowsOf(meanings: Readonly<Record<string, string>>): string[][] {
  return Object.entries(meanings).map(([name, meaning]) => [code(name), meaning]);
}

/** The decision record: its fields, and one that cannot be had by asking. */

import { DECISION_FIELDS } from '../../src/decision/fields.ts';
import type { Specimen } from './specimen.ts';
import { code, formatTable } from './table.ts';

/** A table of the fields in the order in which they are written. */
export function fieldsTable(): string {
  const rows = DECISION_FIELDS.map(({ name, doc }) => [code(name), doc]);
  return formatTable(['field', 'meaning'], rows);
}

/** The record of a query for which there was no room. */
export function overloadRecord({ recent }: Specimen): string {
  const line = [...recent.latest()].find((record) => record.includes('"layer":"overload"'));
  return `\`\`\`json\n${line}\n\`\`\`\n`;
}

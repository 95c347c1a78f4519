/** What servers of others were measured to do, and what is said of it, as a table. */

import { readFileSync } from 'node:fs';
import { SCOPES } from '../../src/decision/upstream-refusal.ts';
import { code, formatTable } from './table.ts';

/** A row of the file that the end-to-end tests write and hold. */
interface Row {
  readonly server: string;
  readonly version: string;
  readonly state: string;
  readonly wire: string;
  readonly truth: {
    readonly verdict?: string;
    readonly scope: string;
    readonly diagnosis?: string;
  };
  readonly first?: string;
  readonly later?: string;
  /** When too much was asked at once. */
  readonly pressed?: string;
  readonly diagnose?: string;
  readonly isByHand?: boolean;
}

const HEADING = ['server', 'state', 'on the wire', 'it is', 'first record', 'later', 'diagnose'];

export function causesTable(): string {
  const file = new URL('measured-causes.ndjson', import.meta.url);
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
  return formatTable(
    HEADING,
    lines.map((line) => cellsOf(JSON.parse(line))),
  );
}

export function scopesTable(): string {
  const rows = Object.entries(SCOPES).map(([scope, meaning]) => [code(scope), meaning]);
  return formatTable(['scope', 'what the refusal is about'], rows);
}

function cellsOf(row: Row): string[] {
  const { server, version, state, wire, truth, first = '', pressed, diagnose = '' } = row;
  const { later = pressed ?? '' } = row;
  const { verdict, scope, diagnosis } = truth;
  const limit = pressed === undefined ? undefined : 'rate-limit';
  const cause = verdict ?? (diagnosis === 'none' ? limit : diagnosis);
  return [
    `${server} ${version}${row.isByHand ? ' (by hand)' : ''}`,
    state,
    wire,
    cause === undefined ? scope : `${cause} ${scope}`,
    first,
    later,
    diagnose,
  ];
}

/** Decision records as a table for people: nothing cut off, one line each where the terminal is wide enough. */

import type { DecisionRecord } from '../../observe/decision-filter.ts';
import { type Display, paint, type Style } from '../display.ts';
import { escapeControls } from '../printable.ts';
import { breaksOf, formatLines, type Look } from '../text-table.ts';
import type { ShownTime } from './shown-time.ts';

interface Column {
  readonly title: string;
  /** Width to begin with, and how far a longer value widens the rows behind it. */
  readonly least: number;
  readonly most: number;
  text(record: DecisionRecord, times: ShownTime): string | undefined;
  /** In which colours a cell of it is shown. */
  style?(cell: string): Style | undefined;
}

const COLUMNS: readonly Column[] = [
  {
    title: 'TIME',
    least: 24,
    most: 29,
    text: ({ time }, times) => times.exact(time),
    style: () => 'dim',
  },
  { title: 'CLIENT', least: 15, most: 48, text: formatClient },
  { title: 'NAME', least: 20, most: 48, text: ({ qname }) => qname },
  { title: 'TYPE', least: 5, most: 10, text: ({ qtype }) => qtype },
  { title: 'RESULT', least: 8, most: 14, text: formatResult, style: styleOfResult },
  { title: 'LAYER', least: 9, most: 12, text: ({ layer }) => layer, style: () => 'bold' },
  { title: 'RULE', least: 20, most: 48, text: ({ rule }) => rule?.id },
  { title: 'AT', least: 12, most: 48, text: formatPlace },
  { title: 'REF', least: 7, most: 16, text: ({ ref }) => ref },
  { title: 'UPSTREAM', least: 8, most: 64, text: formatVerdict },
];
const ABSENT = '-';

/** Rows whose columns widen with what they have to hold; its heading comes with the first row. */
export class Table {
  readonly #widths: number[] = COLUMNS.map(({ least }) => least);
  readonly #display: Display;
  readonly #times: ShownTime;
  readonly #look: Look;
  #begun = false;

  constructor(display: Display, times: ShownTime) {
    this.#display = display;
    this.#times = times;
    this.#look = { paint: (cell, column) => paint(display, COLUMNS[column]!.style?.(cell), cell) };
  }

  /** The lines of these records; the widest of them count for all. */
  format(records: readonly DecisionRecord[]): string {
    if (records.length === 0) return '';
    const rows = records.map((record) =>
      COLUMNS.map(({ text }) => printable(text(record, this.#times))),
    );
    for (const row of rows) this.#widen(row);
    const layout = {
      widths: this.#widths,
      breaks: breaksOf(this.#widths, this.#display.width),
      absent: ABSENT,
    };
    const titles = COLUMNS.map(({ title }) => title);
    const heading = this.#begun
      ? []
      : formatLines(titles, layout, { paint: (cell) => paint(this.#display, 'bold', cell) });
    this.#begun = true;
    const lines = rows.flatMap((row) => formatLines(row, layout, this.#look));
    return [...heading, ...lines].map((line) => `${line}\n`).join('');
  }

  #widen(row: readonly string[]): void {
    for (let i = 0; i < row.length; i++) {
      this.#widths[i] = Math.max(this.#widths[i]!, Math.min(row[i]!.length, COLUMNS[i]!.most));
    }
  }
}

/** A text from a log as a terminal may be given it; `absent` when there is none. */
export function printable(text: string | undefined, absent: string = ABSENT): string {
  if (text === undefined || text === '') return absent;
  return escapeControls(text);
}

function formatClient({ client, group }: DecisionRecord): string | undefined {
  return group === undefined ? client : `${client ?? ABSENT} (${group})`;
}

/**
 * The rcode where it shows what happened; NOERROR alone could be an answer or a block. Of a rule in
 * shadow mode, what it would do.
 */
function formatResult({ rcode, event, of = event, count, would }: DecisionRecord): string {
  if (would?.action !== undefined) return `would ${would.action}`;
  const result = rcode === undefined || (rcode === 'NOERROR' && of !== 'answered') ? of : rcode;
  return count === undefined ? result : `${result} x${count}`;
}

/** Red is what a client was refused, yellow what it was told instead of an answer. */
function styleOfResult(result: string): Style | undefined {
  if (/^(refused|REFUSED|failed|SERVFAIL)/.test(result)) return 'red';
  if (result.startsWith('would ')) return 'cyan';
  return result === 'NOERROR' || result === 'answered' ? 'green' : 'yellow';
}

/** A rule that nobody wrote has a file but no line. */
export function formatPlace({ rule }: DecisionRecord): string | undefined {
  return rule?.file !== undefined && rule.line ? `${rule.file}:${rule.line}` : rule?.file;
}

/** Who answered, and why it would not, as sure as that is. */
export function formatVerdict({ upstream }: DecisionRecord): string | undefined {
  if (upstream?.verdict === undefined) return upstream?.address;
  const { address = ABSENT, verdict, scope, confidence = 'unknown' } = upstream;
  // Older records have no scope.
  const about = scope === undefined ? '' : `, ${scope}`;
  return `${address} ${verdict}${about} (${confidence} confidence)`;
}

/** Columns of text for a terminal. */

const GAP = '  ';
/** Before the lines that a row goes on in. */
const INDENT = '    ';

/** The width of each column: its longest cell, but not more than `most`. */
export function widthsOf(
  rows: readonly (readonly string[])[],
  most: number = Number.POSITIVE_INFINITY,
): number[] {
  return rows[0]!.map((_, i) => Math.max(...rows.map((row) => Math.min(row[i]!.length, most))));
}

export interface Look {
  /** Columns whose cells stand at the right. */
  isRight?(column: number): boolean;
  /** A cell in its colours. */
  paint?(cell: string, column: number): string;
}

/** One line; a cell that is longer than its column moves those behind it. */
export function formatLine(
  row: readonly string[],
  widths: readonly number[],
  look: Look = {},
): string {
  return formatPart(row, widths, 0, look);
}

function formatPart(
  row: readonly string[],
  widths: readonly number[],
  first: number,
  { isRight, paint }: Look,
): string {
  return row
    .map((cell, i) => {
      const column = first + i;
      const fill = ' '.repeat(Math.max(widths[column]! - cell.length, 0));
      const text = paint?.(cell, column) ?? cell;
      return isRight?.(column) ? fill + text : text + fill;
    })
    .join(GAP)
    .trimEnd();
}

/** Where rows of these columns are broken to be at most `width` wide: the first column of each line. */
export function breaksOf(widths: readonly number[], width: number): number[] {
  const breaks = [0];
  let used = -GAP.length;
  for (const [column, own] of widths.entries()) {
    used += GAP.length + own;
    if (used <= width || column === breaks.at(-1)) continue;
    breaks.push(column);
    used = INDENT.length + own;
  }
  return breaks;
}

/**
 * A row in lines that begin at `breaks`, so that the columns of all rows stay below one another. Lines
 * behind the first that have no more than `absent` in their cells are left out.
 */
export function formatLines(
  row: readonly string[],
  { widths, breaks, absent }: Layout,
  look: Look = {},
): string[] {
  const lines: string[] = [];
  for (const [i, first] of breaks.entries()) {
    const cells = row.slice(first, breaks[i + 1]);
    if (i > 0 && cells.every((cell) => cell === absent || cell === '')) continue;
    lines.push((i > 0 ? INDENT : '') + formatPart(cells, widths, first, look));
  }
  return lines;
}

export interface Layout {
  readonly widths: readonly number[];
  readonly breaks: readonly number[];
  readonly absent: string;
}

/** All rows as lines, each column as wide as its longest cell. */
export function alignColumns(rows: readonly (readonly string[])[]): string[] {
  const widths = widthsOf(rows);
  return rows.map((row) => formatLine(row, widths));
}

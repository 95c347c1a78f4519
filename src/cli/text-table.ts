/** Columns of text for a terminal. */

const GAP = '  ';

/** The width of each column: its longest cell, but not more than `most`. */
export function widthsOf(
  rows: readonly (readonly string[])[],
  most: number = Number.POSITIVE_INFINITY,
): number[] {
  return rows[0]!.map((_, i) => Math.max(...rows.map((row) => Math.min(row[i]!.length, most))));
}

/** One line; a cell that is longer than its column moves those behind it. */
export function formatLine(
  row: readonly string[],
  widths: readonly number[],
  isRight: (column: number) => boolean = () => false,
): string {
  return row
    .map((cell, i) => (isRight(i) ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!)))
    .join(GAP)
    .trimEnd();
}

/** All rows as lines, each column as wide as its longest cell. */
export function alignColumns(rows: readonly (readonly string[])[]): string[] {
  const widths = widthsOf(rows);
  return rows.map((row) => formatLine(row, widths));
}

/** What a command's output is shown on: how wide its lines may be, and whether in colours. */

import { styleText } from 'node:util';

/** What there is of a stream of node:tty; a file or a pipe has none of it. */
export interface Shown {
  readonly isTTY?: boolean;
  readonly columns?: number;
  /** Follows NO_COLOR, FORCE_COLOR and TERM. */
  getColorDepth?(): number;
}

export interface Display {
  /** Columns of a line; infinite where no terminal breaks lines. */
  readonly width: number;
  readonly isColoured: boolean;
}

/** Narrower terminals are written to as if they had these. */
const LEAST_WIDTH = 80;
/** Bits of a terminal without colours. */
const MONOCHROME = 1;

export function displayOf(stream: Shown): Display {
  if (stream.isTTY !== true) return { width: Number.POSITIVE_INFINITY, isColoured: false };
  const { columns } = stream;
  const depth = stream.getColorDepth?.() ?? MONOCHROME;
  return { width: Math.max(columns ?? LEAST_WIDTH, LEAST_WIDTH), isColoured: depth > MONOCHROME };
}

export type Style = 'bold' | 'dim' | 'red' | 'yellow' | 'green' | 'cyan';

/** The text in a style, where there are any. */
export function paint({ isColoured }: Display, style: Style | undefined, text: string): string {
  if (!isColoured || style === undefined || text === '') return text;
  return styleText(style, text, { validateStream: false });
}

/** The place up to which a log has been sent, on disk beside it. */

import {
  closeSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import type { ReceiverKind, RefusedRow } from './delivery.ts';
import type { Position } from './source.ts';

const MODE = 0o640;

export class KeptPosition {
  readonly #path: string;
  readonly #to: string;

  /**
   * `kind` is that of the receiver; `to` says which one has been sent to: another one has nothing
   * yet.
   */
  constructor(log: string, kind: ReceiverKind, to: string) {
    this.#path = `${log}.${kind}`;
    this.#to = to;
  }

  /** Undefined when nothing has been sent there. */
  read(): Position | undefined {
    let text: string;
    try {
      text = readFileSync(this.#path, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
    return parsePosition(text, this.#to);
  }

  /** A crash leaves this one or the one before. */
  write({ file, offset }: Position): void {
    const part = `${this.#path}.part`;
    writeFileSync(part, `${JSON.stringify({ to: this.#to, file, offset })}\n`, {
      mode: MODE,
      flush: true,
    });
    renameSync(part, this.#path);
  }
}

/** What cannot be understood is no place: all is sent again, and stands once nevertheless. */
function parsePosition(text: string, wanted: string): Position | undefined {
  try {
    const { to, file, offset } = JSON.parse(text);
    const isPlace = typeof file === 'string' && Number.isSafeInteger(offset) && offset >= 0;
    return isPlace && to === wanted ? { file, offset } : undefined;
  } catch {
    return undefined;
  }
}

/** The file with what a receiver does not take. */
export function refusedPath(log: string, kind: ReceiverKind): string {
  return `${log}.${kind}-refused`;
}

/** Keeps rows that the receiver does not take, each with the reason, a line each. */
export function setAside(log: string, kind: ReceiverKind, rows: readonly RefusedRow[]): void {
  const descriptor = openSync(refusedPath(log, kind), 'a', MODE);
  try {
    const lines = rows.map(({ row, why }) => `${JSON.stringify({ why, row: JSON.parse(row) })}\n`);
    writeSync(descriptor, lines.join(''));
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** What is sent of a log: each whole record as it stands there, and what the log says of lost ones. */

import { DecisionReader } from '../log-lines.ts';
import type { Writer } from '../shipping/delivery.ts';

export class RecordLines implements Writer {
  readonly #reader: DecisionReader = new DecisionReader();

  get skipped(): number {
    return this.#reader.skipped;
  }

  write(line: string): string | undefined {
    const before = this.#reader.lost;
    if (this.#reader.read(line) !== undefined) return this.#reader.text;
    return this.#reader.lost === before ? undefined : line;
  }
}

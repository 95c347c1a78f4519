/** Records that wait in memory, where no file has them: what there is no room for is dropped. */

import type { Source, Taken } from './source.ts';

/** Octets that wait, and lines that are taken at a time. */
const ROOM = 32 << 20;
const MOST = 2000;

export class MemorySpool implements Source {
  readonly gaps = 0;
  readonly torn = 0;
  dropped = 0;
  #lines: string[] = [];
  #octets = 0;

  add(lines: readonly string[]): void {
    for (const line of lines) {
      if (this.#octets + line.length > ROOM) {
        this.dropped++;
        continue;
      }
      this.#octets += line.length;
      this.#lines.push(line);
    }
  }

  async read(): Promise<Taken | undefined> {
    if (this.#lines.length === 0) return undefined;
    const lines = this.#lines.slice(0, MOST);
    this.#lines = this.#lines.slice(MOST);
    this.#octets -= lines.reduce((sum, { length }) => sum + length, 0);
    return { lines, position: undefined };
  }

  behind(): number {
    return this.#octets;
  }

  close(): void {}
}

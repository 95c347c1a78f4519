/** Numbers for texts of which there are few: policies, and the places of rules. */

import type { DecisionRecord } from '../../observe/decision-filter.ts';
import { type RecordScan, SCANNED } from './record-scan.ts';

const FILE = SCANNED.indexOf('rule.file');
const LINE = SCANNED.indexOf('rule.line');
/** The policy of a record that names none. */
const NO_POLICY = '-';

/** Whether these octets are those. */
function isSame(a: Uint8Array, octets: Uint8Array, start: number, end: number): boolean {
  if (a.length !== end - start) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== octets[start + i]) return false;
  return true;
}

export class Policies {
  readonly texts: [policy: string, order: number][] = [];
  readonly #numbers: Map<string, number> = new Map();
  #last: Uint8Array = new Uint8Array();
  #lastNumber = -1;

  /** `start` is below zero where there is none. */
  ofOctets(octets: Buffer, start: number, end: number, order: number): number {
    if (start < 0) return this.ofText(NO_POLICY, order);
    if (this.#lastNumber >= 0 && isSame(this.#last, octets, start, end)) return this.#lastNumber;
    this.#last = Uint8Array.from(octets.subarray(start, end));
    this.#lastNumber = this.ofText(octets.toString('latin1', start, end), order);
    return this.#lastNumber;
  }

  ofText(policy: string, order: number): number {
    const known = this.#numbers.get(policy);
    if (known !== undefined) return known;
    this.#numbers.set(policy, this.texts.length);
    return this.texts.push([policy, order]) - 1;
  }
}

/** A place as it stands in records. */
interface Known {
  readonly file: Uint8Array;
  readonly line: Uint8Array;
  readonly number: number;
}

/** Places that are looked for first. */
const LATELY = 16;

/** Where rules stand, in JSON. */
export class Places {
  readonly texts: string[] = [];
  readonly #numbers: Map<string, number> = new Map();
  #known: Known[] = [];

  ofScan({ octets, starts, ends }: RecordScan): number {
    const [file, line] = [starts[FILE]!, starts[LINE]!];
    if (file < 0) return this.ofRule(undefined);
    if (line < 0) return this.ofRule({ file: octets.toString('latin1', file, ends[FILE]!) });
    for (let i = 0; i < this.#known.length; i++) {
      const known = this.#known[i]!;
      const isKnown =
        isSame(known.line, octets, line, ends[LINE]!) &&
        isSame(known.file, octets, file, ends[FILE]!);
      if (isKnown) return known.number;
    }
    const number = this.ofRule({
      file: octets.toString('latin1', file, ends[FILE]!),
      line: Number(octets.toString('latin1', line, ends[LINE]!)),
    });
    const known = {
      file: Uint8Array.from(octets.subarray(file, ends[FILE]!)),
      line: Uint8Array.from(octets.subarray(line, ends[LINE]!)),
    };
    this.#known = [{ ...known, number }, ...this.#known].slice(0, LATELY);
    return number;
  }

  ofRule(rule: DecisionRecord['rule']): number {
    const text = JSON.stringify({ file: rule?.file, line: rule?.line });
    const known = this.#numbers.get(text);
    if (known !== undefined) return known;
    this.#numbers.set(text, this.texts.length);
    return this.texts.push(text) - 1;
  }
}

/** A record that was scanned, for filters: a value is made of a field when somebody looks at it. */

import { type DecisionRecord, RECORDED_EVENTS } from '../../observe/decision-filter.ts';
import { type RecordScan, SCANNED, type ScannedField } from './record-scan.ts';

const FIELD = Object.fromEntries(SCANNED.map((name, index) => [name, index])) as Readonly<
  Record<ScannedField, number>
>;

/** Seen through the scan of the line, so it is the next record with the next one. */
export class ScannedRecord {
  readonly #scan: RecordScan;

  /** Of fields that are not there the value is undefined, which is the same to filters. */
  static of(scan: RecordScan): DecisionRecord {
    return new ScannedRecord(scan) as unknown as DecisionRecord;
  }

  private constructor(scan: RecordScan) {
    this.#scan = scan;
  }

  get time() {
    return this.#text(FIELD.time)!;
  }
  get event() {
    return RECORDED_EVENTS[this.#scan.event]!;
  }
  get ref() {
    return this.#text(FIELD.ref);
  }
  get client() {
    return this.#text(FIELD.client);
  }
  get group() {
    return this.#text(FIELD.group);
  }
  get transport() {
    return this.#text(FIELD.transport);
  }
  get view() {
    return this.#text(FIELD.view);
  }
  get qname() {
    return this.#text(FIELD.qname);
  }
  get qtype() {
    return this.#text(FIELD.qtype);
  }
  get rcode() {
    return this.#text(FIELD.rcode);
  }
  get layer() {
    return this.#text(FIELD.layer);
  }
  get rule() {
    return this.#scan.has(FIELD.rule) ? { id: this.#text(FIELD['rule.id']) } : undefined;
  }
  get upstream() {
    if (!this.#scan.has(FIELD.upstream)) return undefined;
    return { address: this.#text(FIELD['upstream.address']) };
  }
  get attempts() {
    const text = this.#text(FIELD.attempts);
    return text === undefined ? undefined : JSON.parse(text);
  }

  #text(field: number): string | undefined {
    const { octets, starts, ends } = this.#scan;
    const start = starts[field]!;
    return start < 0 ? undefined : octets.toString('latin1', start, ends[field]!);
  }
}

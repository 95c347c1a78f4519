/** The value of a record by one dimension, or by several together, as octets. */

import type { DecisionRecord } from '../../observe/decision-filter.ts';
import { ABSENT, BETWEEN, type Dimension, keyOf, OF_LAYER } from '../report-tally.ts';
import { type RecordScan, SCANNED, type ScannedField } from './record-scan.ts';

/** The field that a dimension is counted by. */
const FIELDS: Readonly<Record<Dimension, ScannedField>> = {
  layer: 'layer',
  rule: 'rule.id',
  group: 'group',
  client: 'client',
  name: 'qname',
  type: 'qtype',
  upstream: 'upstream.address',
  verdict: 'upstream.verdict',
  view: 'view',
  node: 'node',
  policy: 'policy',
  event: 'event',
};
const RULE = SCANNED.indexOf('rule.id');
const IMPLICIT = SCANNED.indexOf('rule.implicit');
const LAYER = SCANNED.indexOf('layer');
const TRUE = 't'.charCodeAt(0);
const [ABSENT_OCTET, BETWEEN_OCTET, OF_LAYER_OCTET] = [ABSENT, BETWEEN, OF_LAYER].map((one) =>
  one.charCodeAt(0),
) as [number, number, number];

const SEPARATOR = Uint8Array.of(BETWEEN_OCTET);

/** Dimensions of which there are few values, whoever asks. */
const FEW: readonly Dimension[] = [
  ...(['layer', 'rule', 'group', 'type', 'upstream'] as const),
  ...(['verdict', 'view', 'node', 'policy', 'event'] as const),
];

/** Those of the tables' dimensions together of which there are few values. */
export function fewOf(by: readonly (readonly Dimension[])[]): readonly Dimension[] {
  return FEW.filter((dimension) => by.some((one) => isFew(one) && one.includes(dimension)));
}

/** Whether a table has few values. */
export function isFew(by: readonly Dimension[]): boolean {
  return by.every((dimension) => FEW.includes(dimension));
}

/** The value by some dimensions, of one by more of them, none of whose parts has their separator. */
export function partsOf(
  value: Uint8Array,
  by: readonly Dimension[],
  own: readonly Dimension[],
): Uint8Array {
  const parts: Uint8Array[] = [];
  for (let start = 0; parts.length < by.length; ) {
    const end = value.indexOf(BETWEEN_OCTET, start);
    parts.push(value.subarray(start, end < 0 ? value.length : end));
    start = end + 1;
  }
  const chosen = own.flatMap((dimension, i) => {
    const part = parts[by.indexOf(dimension)]!;
    return i === 0 ? [part] : [SEPARATOR, part];
  });
  return chosen.length === 1 ? chosen[0]! : Buffer.concat(chosen);
}

/** The value stands from `start` to `end` in `octets` until the next one is asked for. */
export class ValueOctets {
  octets: Uint8Array = new Uint8Array();
  start = 0;
  end = 0;
  readonly isByRule: boolean;
  readonly #by: readonly Dimension[];
  readonly #fields: readonly number[];
  #composed: Buffer = Buffer.alloc(1024);

  constructor(by: readonly Dimension[]) {
    this.#by = by;
    this.#fields = by.map((dimension) => SCANNED.indexOf(FIELDS[dimension]));
    this.isByRule = by.includes('rule');
  }

  ofRecord(record: DecisionRecord): void {
    const value = Buffer.from(this.#by.length === 0 ? '' : keyOf(this.#by, record), 'utf8');
    this.#set(value, 0, value.length);
  }

  ofScan(scan: RecordScan): void {
    const { octets, starts, ends } = scan;
    const field = this.#fields[0]!;
    const isWhole = this.#fields.length === 1 && starts[field]! >= 0;
    if (isWhole && !(field === RULE && isImplicit(scan))) {
      this.#set(octets, starts[field]!, ends[field]!);
      return;
    }
    let end = 0;
    for (let i = 0; i < this.#fields.length; i++) {
      if (i > 0) end = this.#put(BETWEEN_OCTET, end);
      end = this.#append(scan, this.#fields[i]!, end);
    }
    this.#set(this.#composed, 0, end);
  }

  #append(scan: RecordScan, field: number, at: number): number {
    const isOurs = field === RULE && isImplicit(scan);
    // As a template has it.
    if (isOurs && !scan.has(RULE)) return this.#layer(scan, this.#text('undefined', at));
    if (!scan.has(field)) return this.#put(ABSENT_OCTET, at);
    const end = this.#copy(scan, field, at);
    return isOurs ? this.#layer(scan, end) : end;
  }

  #layer(scan: RecordScan, at: number): number {
    const end = this.#put(OF_LAYER_OCTET, at);
    return scan.has(LAYER) ? this.#copy(scan, LAYER, end) : this.#text('undefined', end);
  }

  #copy({ octets, starts, ends }: RecordScan, field: number, at: number): number {
    const end = at + ends[field]! - starts[field]!;
    this.#makeRoom(end);
    // Few octets: a view of them would cost more.
    const composed = this.#composed;
    for (let from = starts[field]!, to = at; to < end; from++, to++) composed[to] = octets[from]!;
    return end;
  }

  #text(text: string, at: number): number {
    this.#makeRoom(at + text.length);
    return at + this.#composed.write(text, at, 'latin1');
  }

  #put(octet: number, at: number): number {
    this.#makeRoom(at + 1);
    this.#composed[at] = octet;
    return at + 1;
  }

  #makeRoom(end: number): void {
    if (end <= this.#composed.length) return;
    const wider = Buffer.alloc(2 * end);
    this.#composed.copy(wider);
    this.#composed = wider;
  }

  #set(octets: Uint8Array, start: number, end: number): void {
    this.octets = octets;
    this.start = start;
    this.end = end;
  }
}

function isImplicit({ octets, starts }: RecordScan): boolean {
  const at = starts[IMPLICIT]!;
  return at >= 0 && octets[at] === TRUE;
}

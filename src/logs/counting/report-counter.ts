/** Counts the records of lines for a report, exactly, in bounded memory: one of these a thread. */

import {
  type DecisionRecord,
  type Filter,
  matches,
  RECORDED_EVENTS,
} from '../../observe/decision-filter.ts';
import { DecisionReader } from '../log-lines.ts';
import type { Dimension } from '../report-tally.ts';
import { Timeline } from '../timeline.ts';
import { Places, Policies } from './numbered-texts.ts';
import { RecordScan, SCANNED } from './record-scan.ts';
import { ScannedRecord } from './scanned-record.ts';
import { type Run, SpillFile } from './spill-file.ts';
import { fewOf, isFew, partsOf, ValueOctets } from './value-octets.ts';
import { type Occurrence, ValueTable } from './value-table.ts';

/** Octets of all tables of a thread: then the largest of them is written to disk. */
const MEMORY = 6 << 20;
/** Records between two looks at it. */
const LOOK = 4096;
/** Values that are counted together before they are told apart by table. */
const TOGETHER = 4096;
/** Records that a piece of a log has at most. */
const PIECE = 2 ** 32;
const LF = 0x0a;
const POLICY = SCANNED.indexOf('policy');

/** What is to be counted. */
export interface Counted {
  readonly by: readonly (readonly Dimension[])[];
  /** Undefined: every event. */
  readonly event: string | undefined;
  /** Of the hashes, for all threads of a report. */
  readonly seed: number;
}

/** What one thread has counted. */
export interface Count {
  /** Records that match, and all that were read. */
  readonly records: number;
  readonly read: number;
  readonly skipped: number;
  readonly lost: number;
  /** How many of each event, and which record was the first. */
  readonly events: readonly (readonly [event: string, count: number, order: number])[];
  /** What numbers of policies and of places stand for. */
  readonly policies: readonly (readonly [policy: string, order: number])[];
  readonly places: readonly string[];
  /** Runs of the whole, and then of each table. */
  readonly runs: readonly (readonly Run[])[];
  /** The file that runs are in, which is to be closed; below zero without one. */
  readonly descriptor: number;
  /** Seconds since 1970 of the earliest and the latest record. */
  readonly earliest: number;
  readonly latest: number;
}

interface CountedTable {
  readonly by: readonly Dimension[];
  readonly values: ValueOctets;
  readonly isFew: boolean;
  readonly table: ValueTable;
}

export class ReportCounter {
  readonly #filter: Filter;
  readonly #counted: Counted;
  readonly #reader: DecisionReader = new DecisionReader();
  readonly #scan: RecordScan = new RecordScan();
  readonly #record: DecisionRecord = ScannedRecord.of(this.#scan);
  readonly #timeline: Timeline = new Timeline();
  readonly #tables: readonly CountedTable[];
  /** In front of the tables of which there are few values: one is looked up in place of each. */
  readonly #front: CountedTable;
  readonly #runs: Run[][];
  readonly #spill: SpillFile = new SpillFile();
  readonly #memory: number;
  readonly #events: Map<string, { count: number; readonly order: number }> = new Map();
  readonly #policies: Policies = new Policies();
  readonly #places: Places = new Places();
  readonly #at: Occurrence = { time: 0, span: 0, policy: 0, count: 1, place: -1, order: 0 };
  #records = 0;
  #read = 0;

  constructor(counted: Counted, filter: Filter, memory: number = MEMORY) {
    this.#counted = counted;
    this.#filter = filter;
    this.#memory = memory;
    const create = (by: readonly Dimension[]): CountedTable => ({
      ...{ by, values: new ValueOctets(by), isFew: isFew(by) },
      table: new ValueTable(this.#timeline, counted.seed, isFew(by) ? 0 : memory),
    });
    this.#tables = [[], ...counted.by].map(create);
    this.#front = create(fewOf(counted.by));
    this.#runs = this.#tables.map(() => []);
  }

  /** Records that were read. */
  get read(): number {
    return this.#read;
  }

  /** Counts whole lines, which are of this piece of the log. */
  add(octets: Buffer, piece: number): void {
    // The pieces of one log come in their order, though not all to one thread.
    this.#at.order = Math.max(this.#at.order, piece * PIECE);
    for (let start = 0; start < octets.length; ) {
      const found = octets.indexOf(LF, start);
      const end = found < 0 ? octets.length : found;
      if (end > start) this.#addLine(octets, start, end);
      start = end + 1;
    }
  }

  /** What was counted. Nothing can be added any more. */
  finish(): Count {
    this.#tellApart();
    for (let i = 0; i < this.#tables.length; i++) this.#writeRun(i);
    return {
      ...{ records: this.#records, read: this.#read },
      ...{ skipped: this.#reader.skipped, lost: this.#reader.lost },
      events: [...this.#events].map(([event, { count, order }]) => [event, count, order]),
      policies: this.#policies.texts,
      places: this.#places.texts,
      runs: this.#runs,
      descriptor: this.#spill.descriptor,
      earliest: this.#timeline.earliest,
      latest: this.#timeline.latest,
    };
  }

  close(): void {
    this.#spill.close();
  }

  #addLine(octets: Buffer, start: number, end: number): void {
    if (this.#scan.scan(octets, start, end)) this.#addScanned(octets);
    else this.#addParsed(octets.toString('utf8', start, end));
  }

  #addScanned(octets: Buffer): void {
    const scan = this.#scan;
    this.#readOne();
    if (this.#filter.length > 0 && !matches(this.#filter, this.#record)) return;
    this.#records++;
    const event = RECORDED_EVENTS[scan.event]!;
    this.#countEvent(event, 1);
    if (this.#counted.event !== undefined && event !== this.#counted.event) return;
    const [start, end] = [scan.starts[POLICY]!, scan.ends[POLICY]!];
    this.#at.policy = this.#policies.ofOctets(octets, start, end, this.#at.order);
    this.#note(scan.time, 1);
    this.#addTo(this.#front);
    if (this.#front.table.size > TOGETHER) this.#tellApart();
    for (let i = 0; i < this.#tables.length; i++) {
      const table = this.#tables[i]!;
      if (!table.isFew) this.#addTo(table);
    }
  }

  #addTo({ values, table }: CountedTable): void {
    values.ofScan(this.#scan);
    this.#at.place = values.isByRule ? this.#places.ofScan(this.#scan) : -1;
    table.add(values.octets, values.start, values.end, this.#at);
  }

  /** Moves what was counted together to the tables that it belongs to. */
  #tellApart(): void {
    const { by, table } = this.#front;
    for (const entry of table.sorted()) {
      const value = entry.octets.subarray(entry.start, entry.end);
      for (const { by: own, isFew, table: to } of this.#tables) {
        if (!isFew) continue;
        const part = partsOf(value, by, own);
        to.addEntry(part, 0, part.length, entry);
      }
    }
    table.clear();
  }

  #addParsed(line: string): void {
    const record = this.#reader.read(line);
    if (record === undefined) return;
    this.#readOne();
    if (!matches(this.#filter, record)) return;
    this.#records++;
    const { time, event: own, of: event = own, count = 1, policy = '-' } = record;
    this.#countEvent(event, count);
    if (this.#counted.event !== undefined && event !== this.#counted.event) return;
    this.#at.policy = this.#policies.ofText(policy, this.#at.order);
    this.#note(Date.parse(time), count);
    for (const { values, table } of this.#tables) {
      values.ofRecord(record);
      this.#at.place = values.isByRule ? this.#places.ofRule(record.rule) : -1;
      table.add(values.octets, values.start, values.end, this.#at);
    }
  }

  #note(time: number, count: number): void {
    this.#at.time = time;
    this.#at.span = this.#timeline.spanOfSecond(Math.floor(time / 1000));
    this.#at.count = count;
  }

  #countEvent(event: string, count: number): void {
    const known = this.#events.get(event);
    if (known === undefined) this.#events.set(event, { count, order: this.#at.order });
    else known.count += count;
  }

  #readOne(): void {
    this.#read++;
    this.#at.order++;
    if (this.#read % LOOK === 0) this.#makeRoom();
  }

  #makeRoom(): void {
    const sizes = this.#tables.map(({ table }) => table.octets);
    if (sizes.reduce((sum, one) => sum + one, 0) <= this.#memory) return;
    this.#writeRun(sizes.indexOf(Math.max(...sizes)));
  }

  #writeRun(index: number): void {
    const { table } = this.#tables[index]!;
    if (table.size > 0) this.#runs[index]!.push(this.#spill.write(table.sorted()));
    table.clear();
  }
}

/** Decision records to ClickHouse: from the decision log, or from the threads where it is no file. */

import { statSync } from 'node:fs';
import { type Config, resolvePath } from '../config/config.ts';
import type { Logger } from '../log.ts';
import type { ClickhouseTable } from '../logs/clickhouse/client.ts';
import type { ShipperCounts } from '../logs/clickhouse/shipper.ts';
import { ClickhouseSender } from '../logs/clickhouse-sender.ts';
import { type Sink, type SinkEvents, SinkPump } from '../observe/sink.ts';
import type { ThreadNumbers } from '../observe/thread-numbers.ts';

/** The file that records are sent from; undefined for stdout, a pipe or a device. */
export function spoolOf(config: Config): string | undefined {
  const to = config.decisionLog.to.value;
  if (to === 'stdout') return undefined;
  const path = resolvePath(config, to);
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true ? path : undefined;
}

/** The table, and who asks for it. */
export function tableOf({
  url,
  database,
  table,
  user,
  password,
}: NonNullable<Config['decisionLog']['clickhouse']>): ClickhouseTable {
  const secret = password && Buffer.from(password.octets).toString('latin1');
  return { url: url.value, database, table, user, password: secret };
}

export class ClickhouseRecords {
  readonly #sender: ClickhouseSender;
  readonly #pump: SinkPump | undefined;

  /** The configuration has `decisionLog.clickhouse`. */
  constructor(
    config: Config,
    threads: () => readonly ThreadNumbers[],
    events: SinkEvents,
    log: Logger,
  ) {
    const spool = spoolOf(config);
    const to = tableOf(config.decisionLog.clickhouse!);
    this.#sender = new ClickhouseSender(
      { log: spool, to, node: config.node },
      {
        ...events,
        refused: (count, why) => {
          const where =
            spool === undefined ? 'no file keeps them' : `they are in ${spool}.clickhouse-refused`;
          log.error(`clickhouse: ${count} rows are not taken: ${why}; ${where}`);
        },
      },
    );
    if (spool !== undefined) return;
    const queues = () => threads().map(({ clickhouse }) => clickhouse);
    this.#pump = new SinkPump(new SenderSink(this.#sender), queues);
  }

  get counts(): ShipperCounts {
    const counts = this.#sender.counts;
    // The pump knows of the records that did not even come to the thread, too.
    return { ...counts, dropped: this.#pump?.dropped ?? counts.dropped };
  }

  async close(): Promise<void> {
    await this.#pump?.close();
    await this.#sender.close();
  }
}

/** Hands records to the thread, which has room for some and counts the rest. */
class SenderSink implements Sink {
  readonly isReady = true;
  readonly #sender: ClickhouseSender;

  constructor(sender: ClickhouseSender) {
    this.#sender = sender;
  }

  get sent(): number {
    return this.#sender.counts.sent;
  }

  get dropped(): number {
    return this.#sender.counts.dropped;
  }

  send(frames: readonly Buffer[]): void {
    this.#sender.send(frames.map((frame) => frame.toString('utf8')));
  }

  async close(): Promise<void> {}
}

/**
 * Decision records to ClickHouse and by OTLP: from the decision log, or from the threads where it is
 * no file.
 */

import { statSync } from 'node:fs';
import { hostname } from 'node:os';
import { type Config, resolvePath } from '../config/config.ts';
import type { Logger } from '../log.ts';
import type { ClickhouseTable } from '../logs/clickhouse/client.ts';
import type { OtlpReceiver } from '../logs/otlp/receiver.ts';
import { type Receiver, RecordSender } from '../logs/record-sender.ts';
import type { ReceiverKind } from '../logs/shipping/delivery.ts';
import { refusedPath } from '../logs/shipping/kept-position.ts';
import type { ShipperCounts } from '../logs/shipping/shipper.ts';
import type { FrameQueue } from '../observe/frame-queue.ts';
import { type Sink, type SinkEvents, SinkPump } from '../observe/sink.ts';
import type { ThreadNumbers } from '../observe/thread-numbers.ts';
import { VERSION } from '../version.ts';

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

/** What a configuration sends to, besides the log. */
function receiversOf({ node, decisionLog: { clickhouse, otlp } }: Config): readonly Receiver[] {
  return [
    ...(clickhouse === undefined
      ? []
      : [{ kind: 'clickhouse' as const, table: tableOf(clickhouse) }]),
    ...(otlp === undefined ? [] : [{ kind: 'otlp' as const, ...otlpOf(otlp, node) }]),
  ];
}

function otlpOf(
  { url, headers, compression }: NonNullable<Config['decisionLog']['otlp']>,
  node: string,
): OtlpReceiver {
  const texts = headers.map(({ key, value }) => [
    key,
    Buffer.from(value.octets).toString('latin1'),
  ]);
  return {
    ...{ url: url.value, headers: Object.fromEntries(texts), compression },
    ...{ node, host: hostname(), version: VERSION },
  };
}

/** Whether records wait in memory, since no file has them. */
export function areQueued(config: Config): boolean {
  return receiversOf(config).length > 0 && spoolOf(config) === undefined;
}

export class ShippedRecords {
  readonly #senders: ReadonlyMap<ReceiverKind, RecordSender>;
  readonly #pump: SinkPump | undefined;
  readonly #queues: () => readonly FrameQueue[];

  constructor(
    config: Config,
    threads: () => readonly ThreadNumbers[],
    eventsOf: (kind: ReceiverKind) => SinkEvents,
    log: Logger,
  ) {
    const spool = spoolOf(config);
    const open = (to: Receiver) => {
      const { kind } = to;
      const refused = (count: number, why: string, isKept: boolean) => {
        const where = isKept ? `they are in ${refusedPath(spool!, kind)}` : 'no file keeps them';
        log.error(`${kind}: ${count} records are not taken: ${why}; ${where}`);
      };
      const start = { log: spool, to, node: config.node };
      return [kind, new RecordSender(start, { ...eventsOf(kind), refused })] as const;
    };
    this.#senders = new Map(receiversOf(config).map(open));
    this.#queues = () => threads().map(({ shipped }) => shipped);
    if (this.#senders.size === 0 || spool !== undefined) return;
    this.#pump = new SinkPump(new SendersSink([...this.#senders.values()]), this.#queues);
  }

  /** How sending goes, for each that is sent to. */
  get counts(): ReadonlyMap<ReceiverKind, ShipperCounts> {
    // What did not even come to the threads counts too.
    const before =
      this.#pump === undefined ? 0 : this.#queues().reduce((sum, { dropped }) => sum + dropped, 0);
    return new Map(
      [...this.#senders].map(([kind, { counts }]) => [
        kind,
        { ...counts, dropped: counts.dropped + before },
      ]),
    );
  }

  async close(): Promise<void> {
    await this.#pump?.close();
    await Promise.all([...this.#senders.values()].map((sender) => sender.close()));
  }
}

/** Hands records to threads that have room for some and count the rest. */
class SendersSink implements Sink {
  readonly isReady = true;
  readonly sent = 0;
  readonly dropped = 0;
  readonly #senders: readonly RecordSender[];

  constructor(senders: readonly RecordSender[]) {
    this.#senders = senders;
  }

  send(frames: readonly Buffer[]): void {
    const lines = frames.map((frame) => frame.toString('utf8'));
    for (const sender of this.#senders) sender.send(lines);
  }

  async close(): Promise<void> {}
}

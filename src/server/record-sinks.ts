/** Decision records to all that is sent to besides the log: what threads put into their queues is sent from here. */

import { type Config, resolvePath } from '../config/config.ts';
import type { Destination } from '../config/destination-text.ts';
import type { Logger } from '../log.ts';
import type { ReceiverKind } from '../logs/shipping/delivery.ts';
import type { ShipperCounts } from '../logs/shipping/shipper.ts';
import type { Endpoint } from '../net/address.ts';
import { type DatagramSocket, LocalDatagramSink, UdpSink } from '../observe/datagram-sink.ts';
import { DnstapWriter } from '../observe/dnstap.ts';
import {
  type Sink,
  type SinkCount,
  type SinkEvents,
  type SinkName,
  SinkPump,
} from '../observe/sink.ts';
import { SinkQueues } from '../observe/sink-queues.ts';
import { FRAME_STREAM, StreamSink, SYSLOG_STREAM } from '../observe/stream-sink.ts';
import { SyslogFormat } from '../observe/syslog.ts';
import type { ThreadNumbers } from '../observe/thread-numbers.ts';
import { loadLibc } from '../transport/libc.ts';
import { UnixDatagrams } from '../transport/unix-datagrams.ts';
import { VERSION } from '../version.ts';
import { areQueued, ShippedRecords, spoolOf } from './shipped-records.ts';

/** The feeds of one thread, as a server was started. */
export function sinkQueues(
  config: Config,
  numbers: ThreadNumbers,
  listeners: readonly Endpoint[],
): SinkQueues | undefined {
  const { node, decisionLog } = config;
  const { syslog, dnstap } = decisionLog;
  // Where a file has the records they are sent from there.
  const isQueued = areQueued(config);
  if (syslog === undefined && dnstap === undefined && !isQueued) return undefined;
  const writer = new DnstapWriter({ identity: node, version: `rcode5 ${VERSION}`, listeners });
  return new SinkQueues({
    syslog: syslog === undefined ? undefined : numbers.syslog,
    dnstap: dnstap === undefined ? undefined : { queue: numbers.dnstap, writer },
    shipped: isQueued ? numbers.shipped : undefined,
  });
}

export class RecordSinks {
  readonly #pumps: ReadonlyMap<SinkName, SinkPump>;
  readonly #shipped: ShippedRecords;

  /** `threads` are all that serve or have served. */
  constructor(config: Config, threads: () => readonly ThreadNumbers[], log: Logger) {
    const { syslog, dnstap } = config.decisionLog;
    const pumps = new Map<SinkName, SinkPump>();
    if (syslog !== undefined) {
      const to = syslog.to.kind === 'unix' ? 'local' : { node: config.node };
      const format = new SyslogFormat(syslog.facility, to);
      const sink = openSyslog(syslog.to, config, tellerOf('syslog', log));
      const queues = () => threads().map(({ syslog: queue }) => queue);
      pumps.set('syslog', new SinkPump(sink, queues, (record) => format.message(record)));
    }
    if (dnstap !== undefined) {
      const sink = openStream(dnstap.to, config, tellerOf('dnstap', log));
      pumps.set('dnstap', new SinkPump(sink, () => threads().map(({ dnstap: queue }) => queue)));
    }
    this.#pumps = pumps;
    const fate = spoolOf(config) === undefined ? undefined : 'they wait in the decision log';
    this.#shipped = new ShippedRecords(config, threads, (kind) => tellerOf(kind, log, fate), log);
  }

  get counts(): readonly SinkCount[] {
    const counts = [...this.#pumps].map(([sink, { sent, dropped }]) => ({ sink, sent, dropped }));
    const shipped = [...this.#shipped.counts];
    return [...counts, ...shipped.map(([sink, { sent, dropped }]) => ({ sink, sent, dropped }))];
  }

  /** How sending by what waits for its receiver goes. */
  get shipped(): ReadonlyMap<ReceiverKind, ShipperCounts> {
    return this.#shipped.counts;
  }

  async close(): Promise<void> {
    const all = [...this.#pumps.values(), this.#shipped];
    await Promise.all(all.map((one) => one.close()));
  }
}

function openSyslog(to: Destination, config: Config, events: SinkEvents): Sink {
  if (to.kind === 'udp') return new UdpSink(to.endpoint, events);
  if (to.kind === 'unix') {
    return new LocalDatagramSink(() => openLocal(resolvePath(config, to.path)), events);
  }
  const { address: host, port } = to.endpoint;
  return new StreamSink({ host, port }, SYSLOG_STREAM, events);
}

function openStream(to: Destination, config: Config, events: SinkEvents): Sink {
  const where =
    to.kind === 'unix'
      ? { path: resolvePath(config, to.path) }
      : { host: to.endpoint.address, port: to.endpoint.port };
  return new StreamSink(where, FRAME_STREAM, events);
}

function openLocal(path: string): DatagramSocket {
  const libc = loadLibc();
  if (typeof libc === 'string') throw new Error(`datagrams to a path need the C library: ${libc}`);
  return new UnixDatagrams(libc, path);
}

/** Says once that a receiver does not take records and what becomes of them, and once that it does again. */
function tellerOf(
  name: SinkName,
  log: Logger,
  fate = 'they wait, then they are dropped and counted',
): SinkEvents {
  let isDown = false;
  return {
    up: () => {
      isDown = false;
      log.info(`${name}: records are sent`);
    },
    down: (why) => {
      if (isDown) return;
      isDown = true;
      log.error(`${name}: records are not sent: ${why}; ${fate}`);
    },
  };
}

/** Reports to systemd how the service is, as sd_notify(3) says: it waits for that with Type=notify. */

import type { Logger } from '../log.ts';
import { loadLibc } from '../transport/libc.ts';
import { UnixDatagrams } from '../transport/unix-datagrams.ts';

/** Where datagrams go: a socket of the service manager. */
export interface Notified {
  send(octets: Buffer): string;
  close(): void;
}

export class ServiceManager {
  readonly #socket: Notified;
  readonly #watchdog: NodeJS.Timeout | undefined;

  /** Reports twice within each `watchdogMs` that the main thread, which watches the others, goes on. */
  constructor(socket: Notified, watchdogMs: number | undefined) {
    this.#socket = socket;
    if (watchdogMs === undefined) return;
    this.#watchdog = setInterval(() => this.#tell('WATCHDOG=1'), watchdogMs / 2).unref();
  }

  ready(status: string): void {
    this.#tell('READY=1', `STATUS=${status.replaceAll('\n', ' ')}`);
  }

  /** Type=notify-reload wants the time, by the clock that hrtime reads too. */
  reloading(): void {
    this.#tell('RELOADING=1', `MONOTONIC_USEC=${process.hrtime.bigint() / 1000n}`);
  }

  /** The last that is reported. What is in flight is still answered: the watchdog goes on. */
  stopping(): void {
    this.#tell('STOPPING=1');
  }

  close(): void {
    clearInterval(this.#watchdog);
    this.#socket.close();
  }

  /** A manager that does not listen is no reason to serve less. */
  #tell(...lines: readonly string[]): void {
    this.#socket.send(Buffer.from(lines.join('\n')));
  }
}

/** The service manager that started this process and waits for its reports; undefined when none does. */
export function findServiceManager(
  environment: NodeJS.ProcessEnv,
  log: Logger,
): ServiceManager | undefined {
  const path = environment['NOTIFY_SOCKET'];
  if (path === undefined || path === '') return undefined;
  try {
    const libc = loadLibc();
    if (typeof libc === 'string') throw new Error(libc);
    return new ServiceManager(new UnixDatagrams(libc, path), watchdogOf(environment));
  } catch (error) {
    log.warn(
      `cannot report to systemd at ${path}: ${(error as Error).message}; expect Type=exec and no WatchdogSec= in the unit`,
    );
    return undefined;
  }
}

/** Milliseconds within which the manager wants to hear of this process; undefined: never. */
export function watchdogOf(environment: NodeJS.ProcessEnv): number | undefined {
  const micros = Number(environment['WATCHDOG_USEC']);
  const pid = environment['WATCHDOG_PID'];
  if (!(micros > 0) || (pid !== undefined && Number(pid) !== process.pid)) return undefined;
  return micros / 1000;
}

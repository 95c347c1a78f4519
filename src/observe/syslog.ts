/** Decision records as syslog messages: RFC 5424, or as the C library writes to local sockets. */

/** Facilities (RFC 5424 section 6.2.1). */
export const FACILITIES = {
  daemon: 3,
  local0: 16,
  local1: 17,
  local2: 18,
  local3: 19,
  local4: 20,
  local5: 21,
  local6: 22,
  local7: 23,
} as const;
export type Facility = keyof typeof FACILITIES;

/** Severities by what stands for them in a record: error, warning, informational. */
const SEVERITIES: Readonly<Record<string, number>> = { 50: 3, 40: 4, 30: 6 };
/** What every record begins with. */
const HEAD = /^\{"level":(\d\d),"time":"([^"]+)","event":"(\w+)"/;
const HEAD_LENGTH = 100;
const APP = 'rcode5';
/** HOSTNAME is PRINTUSASCII, up to 255 of them. */
const HOST = /^[!-~]{1,255}$/;
const NIL = '-';
const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

/** What stands before a record. */
type Header = (priority: number, head: { readonly time: string; readonly event: string }) => string;

export class SyslogFormat {
  readonly #facility: number;
  readonly #header: Header;

  /** Over the network as RFC 5424 has it; to a socket of this host as its C library has it. */
  constructor(facility: Facility, to: { readonly node: string } | 'local') {
    this.#facility = FACILITIES[facility];
    this.#header = to === 'local' ? localHeader() : networkHeader(to.node);
  }

  /** The message of a record: `record` is its line without the end. */
  message(record: Buffer): Buffer {
    const [, level = '', time = NIL, event = NIL] =
      HEAD.exec(record.toString('latin1', 0, HEAD_LENGTH)) ?? [];
    const priority = this.#facility * 8 + (SEVERITIES[level] ?? SEVERITIES['30']!);
    return Buffer.concat([Buffer.from(this.#header(priority, { time, event })), record]);
  }
}

/** RFC 5424 section 6: the node, and the event as the message ID. */
function networkHeader(node: string): Header {
  const origin = `${HOST.test(node) ? node : NIL} ${APP} ${process.pid}`;
  return (priority, { time, event }) => `<${priority}>1 ${time} ${origin} ${event} ${NIL} `;
}

/**
 * As `syslog(3)` writes: rsyslog and syslog-ng read nothing else from local sockets by default. In
 * local time, without a host (RFC 3164 section 4.1.2).
 */
function localHeader(): Header {
  const tag = `${APP}[${process.pid}]`;
  return (priority, { time }) => `<${priority}>${stampOf(new Date(time))} ${tag}: `;
}

/** `Nov  1 09:05:00`. */
function stampOf(time: Date): string {
  const two = (number: number) => String(number).padStart(2, '0');
  const day = String(time.getDate()).padStart(2, ' ');
  const clock = [time.getHours(), time.getMinutes(), time.getSeconds()].map(two).join(':');
  return `${MONTHS[time.getMonth()]} ${day} ${clock}`;
}

/** Messages in a stream: each with its length before it (RFC 6587 section 3.4.1). */
export function formatOctetCounted(messages: readonly Buffer[]): Buffer {
  return Buffer.concat(messages.flatMap((one) => [Buffer.from(`${one.length} `), one]));
}

/** Decision records as syslog messages (RFC 5424). */

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

export class SyslogFormat {
  readonly #facility: number;
  /** From behind the time to the message ID. */
  readonly #origin: string;

  constructor(facility: Facility, node: string) {
    this.#facility = FACILITIES[facility];
    this.#origin = `${HOST.test(node) ? node : NIL} ${APP} ${process.pid}`;
  }

  /** The message of a record: `record` is its line without the end. */
  message(record: Buffer): Buffer {
    const [, level = '', time = NIL, event = NIL] =
      HEAD.exec(record.toString('latin1', 0, HEAD_LENGTH)) ?? [];
    const priority = this.#facility * 8 + (SEVERITIES[level] ?? SEVERITIES['30']!);
    const head = `<${priority}>1 ${time} ${this.#origin} ${event} ${NIL} `;
    return Buffer.concat([Buffer.from(head), record]);
  }
}

/** Messages in a stream: each with its length before it (RFC 6587 section 3.4.1). */
export function formatOctetCounted(messages: readonly Buffer[]): Buffer {
  return Buffer.concat(messages.flatMap((one) => [Buffer.from(`${one.length} `), one]));
}

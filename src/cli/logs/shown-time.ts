/** Times of records as they are shown: in a time zone, with its offset, so that --since takes them. */

import { UsageError } from '../command.ts';
import type { Options } from '../options.ts';

export const TIME_OPTIONS = {
  utc: { type: 'boolean', default: false, about: 'shows times in UTC, as records have them' },
  timezone: {
    type: 'string',
    value: 'ZONE',
    about: 'shows times in this zone, for example Europe/Berlin; without it in that of this host',
  },
} as const satisfies Options;

/** The offset of a zone changes at whole quarters of an hour. */
const QUARTER_MS = 15 * 60_000;
const OFFSET = /^GMT(?:([+-])(\d\d):(\d\d))?/;

/** Shows times in one zone. */
export class ShownTime {
  readonly #format: Intl.DateTimeFormat;
  #quarter = Number.NaN;
  #offset = 'Z';
  #offsetMs = 0;

  /** Throws a UsageError for a zone that is not known, and for two. */
  constructor({ utc, timezone }: { readonly utc?: boolean; readonly timezone?: string }) {
    if (utc && timezone !== undefined) {
      throw new UsageError('--timezone: expect either it or --utc, not both');
    }
    try {
      this.#format = new Intl.DateTimeFormat('en', {
        timeZone: utc ? 'UTC' : timezone,
        timeZoneName: 'longOffset',
      });
    } catch {
      throw new UsageError(
        `--timezone: ${JSON.stringify(timezone)} is not known; expect one like Europe/Berlin, +02:00 or UTC`,
      );
    }
  }

  /** `2026-11-21T00:00:00.123+01:00`, of a record's time. */
  exact(time: string): string {
    return this.#shift(time, 23);
  }

  /** `2026-11-21T00:00:00+01:00` */
  seconds(time: string): string {
    return this.#shift(time, 19);
  }

  #shift(time: string, length: number): string {
    const at = Date.parse(time);
    if (Number.isNaN(at)) return time;
    const quarter = Math.floor(at / QUARTER_MS);
    if (quarter !== this.#quarter) this.#enter(quarter);
    return new Date(at + this.#offsetMs).toISOString().slice(0, length) + this.#offset;
  }

  #enter(quarter: number): void {
    this.#quarter = quarter;
    const parts = this.#format.formatToParts(quarter * QUARTER_MS);
    const name = parts.find(({ type }) => type === 'timeZoneName')?.value ?? '';
    const [, sign, hours = '', minutes = ''] = OFFSET.exec(name) ?? [];
    const ms = (Number(hours) * 60 + Number(minutes)) * 60_000;
    this.#offset = ms === 0 ? 'Z' : `${sign}${hours}:${minutes}`;
    this.#offsetMs = sign === '-' ? -ms : ms;
  }
}

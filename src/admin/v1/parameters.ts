/** The parameters of requests: each is known, or the answer says what is expected. */

import {
  FILTER_OPTIONS,
  type FilterTexts,
  parseFilter,
  SINGLE_OPTIONS,
} from '../../observe/decision-filter.ts';
import { type AdminReply, jsonReply } from '../http.ts';

/** What is wrong with a request. */
export class BadRequest extends Error {
  readonly status: number;

  constructor(message: string, status = 400) {
    super(message);
    this.status = status;
  }
}

/** The reply to a request that cannot be answered. */
export function failureReply(error: unknown): AdminReply {
  if (!(error instanceof BadRequest)) throw error;
  return jsonReply({ error: error.message }, error.status);
}

export interface Parameters {
  /** As `parseFilter` takes them. */
  readonly options: FilterTexts;
  /** The others. */
  readonly more: Readonly<Record<string, string>>;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** Splits parameters into those that select decisions and `others`. Throws a BadRequest. */
export function readParameters(url: URL, others: readonly string[] = []): Parameters {
  const given = [...url.searchParams].filter(([, value]) => value !== '');
  const options: Record<string, string[]> = {};
  const more: Record<string, string> = {};
  for (const [name, value] of given) {
    if (others.includes(name)) more[name] = value;
    else if ((FILTER_OPTIONS as readonly string[]).includes(name)) {
      options[name] = [...(options[name] ?? []), value];
    } else {
      const known = [...FILTER_OPTIONS, ...others].join(', ');
      throw new BadRequest(`${name}: not a parameter; expect ${known}`);
    }
  }
  const twice = SINGLE_OPTIONS.find((name) => (options[name]?.length ?? 0) > 1);
  if (twice !== undefined) throw new BadRequest(`${twice}: is given twice; expect it once`);
  const now = Date.now();
  const wrong = parseFilter(options, now);
  if (typeof wrong === 'string') throw new BadRequest(wrong);
  return { options, more, now };
}

/** A number between two others; `otherwise` without one. */
export function readNumber(
  { more }: Parameters,
  name: string,
  { least, most, otherwise }: { least: number; most: number; otherwise: number },
): number {
  const text = more[name];
  if (text === undefined) return otherwise;
  const value = Number(text);
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new BadRequest(
    `${name}: ${text} is not possible; expect a number from ${least} to ${most}`,
  );
}

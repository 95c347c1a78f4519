/** What all requests by HTTP to receivers of records have in common. */

/** Milliseconds until a batch, or a question, is given up. */
const TIMEOUT_MS = 30_000;
/** Characters of an error that are told. */
const TOLD = 300;

/** Ends a request when it takes too long, or is given up. */
export function timed(
  stop: AbortSignal | undefined,
  milliseconds: number = TIMEOUT_MS,
): AbortSignal {
  const timeout = AbortSignal.timeout(milliseconds);
  return stop === undefined ? timeout : AbortSignal.any([timeout, stop]);
}

/** fetch hides what the system said behind "fetch failed". */
export function reasonOf(error: unknown): string {
  const { message, cause } = error as Error;
  const inner = cause as (Error & { readonly code?: string }) | undefined;
  return shorten(inner === undefined ? message : inner.message || inner.code || message);
}

/** What somebody else has written, for one line of a log. */
export function shorten(text: string): string {
  const line = text.trim().replaceAll(/\s+/g, ' ');
  return line.length > TOLD ? `${line.slice(0, TOLD)}…` : line;
}

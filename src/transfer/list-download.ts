/** Fetches a list by HTTP: whole, within limits, and only from whom its address names. */

import type { IncomingMessage } from 'node:http';
import { isTrusted } from '../policy/lists/fetched-list.ts';
import type { Validators } from '../policy/lists/list-cache.ts';
import { VERSION } from '../version.ts';

export type Downloaded =
  | { readonly kind: 'unchanged' }
  | ({ readonly kind: 'whole'; readonly octets: Uint8Array } & Validators);

/** What a download may take: octets as they come, milliseconds in all and without an octet. */
export interface DownloadLimits {
  readonly size: number;
  readonly time: number;
  readonly silence: number;
}

export const DOWNLOAD_LIMITS: DownloadLimits = {
  size: 256 << 20,
  time: 10 * 60_000,
  silence: 30_000,
};

const MOST_REDIRECTS = 5;
const REDIRECTS: readonly number[] = [301, 302, 303, 307, 308];

/** Rejects with what went wrong, in words for an operator. */
export async function download(
  url: string,
  validators: Validators,
  signal: AbortSignal,
  limits: DownloadLimits = DOWNLOAD_LIMITS,
): Promise<Downloaded> {
  const timeout = AbortSignal.timeout(limits.time);
  const either = AbortSignal.any([signal, timeout]);
  try {
    let at = new URL(url);
    for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
      const response = await open(at, validators, either, limits);
      const { statusCode = 0, headers } = response;
      if (!REDIRECTS.includes(statusCode)) return await take(response, limits);
      response.destroy();
      at = redirected(at, headers.location);
    }
    throw new Error(`more than ${MOST_REDIRECTS} redirects`);
  } catch (error) {
    if (timeout.aborted) throw new Error(`it took more than ${limits.time} ms`);
    throw error;
  }
}

function redirected(from: URL, location: string | undefined): URL {
  if (location === undefined || !URL.canParse(location, from.href)) {
    throw new Error('it redirects to nowhere');
  }
  const to = new URL(location, from);
  const isWorse = from.protocol === 'https:' && to.protocol !== 'https:';
  if (isWorse || !isTrusted(to)) throw new Error(`it redirects to ${to.protocol}//${to.host}`);
  return to;
}

function open(
  url: URL,
  { etag, lastModified }: Validators,
  signal: AbortSignal,
  { silence }: DownloadLimits,
): Promise<IncomingMessage> {
  // Who has no list by HTTP starts sooner without these.
  const { request } = process.getBuiltinModule(
    url.protocol === 'https:' ? 'node:https' : 'node:http',
  );
  const headers = {
    'user-agent': `rcode5/${VERSION}`,
    'accept-encoding': 'gzip',
    ...(etag !== undefined && { 'if-none-match': etag }),
    ...(lastModified !== undefined && { 'if-modified-since': lastModified }),
  };
  return new Promise((resolve, reject) => {
    // Whatever the environment sets, the server must be who it claims to be.
    const options = { headers, signal, agent: false, rejectUnauthorized: true };
    const sent = request(url, options, resolve);
    sent.setTimeout(silence, () => sent.destroy(new Error(`silent for ${silence} ms`)));
    sent.on('error', reject);
    sent.end();
  });
}

async function take(response: IncomingMessage, { size }: DownloadLimits): Promise<Downloaded> {
  const { statusCode, headers } = response;
  if (statusCode !== 200) {
    response.destroy();
    if (statusCode === 304) return { kind: 'unchanged' };
    throw new Error(`it answers ${statusCode}`);
  }
  const parts: Uint8Array[] = [];
  let length = 0;
  // Ends with an error when the connection is closed before all has come.
  for await (const part of response as AsyncIterable<Uint8Array>) {
    length += part.length;
    if (length > size) throw new Error(`more than ${size} octets`);
    parts.push(part);
  }
  const { etag, 'last-modified': lastModified } = headers;
  return { kind: 'whole', octets: Buffer.concat(parts), etag, lastModified };
}

/** Asking a running server by its admin HTTP. */

import { UsageError } from './command.ts';
import { JSON_OPTION, type Option, type Options } from './options.ts';

const DEFAULT_ADMIN = 'http://127.0.0.1:8053';

/** For commands that can ask a running server in place of reading files. */
export const ADMIN_OPTION = {
  type: 'string',
  value: 'URL',
  about: 'asks the running server with this admin HTTP; the token is in RCODE5_TOKEN',
} as const satisfies Option;

/** Options that every command has that asks a running server. */
export const ADMIN_OPTIONS = {
  admin: {
    type: 'string',
    value: 'URL',
    about: `the address of the admin HTTP; ${DEFAULT_ADMIN} without it`,
  },
  json: JSON_OPTION,
} as const satisfies Options;

export interface AdminRequest {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  /** The default address without it. */
  readonly admin?: string | undefined;
  /** Sent as JSON, or as it is. */
  readonly body?: string | object;
  /** Ends the wait for the answer, as if nobody had answered. */
  readonly signal?: AbortSignal;
}

export interface AdminAnswer {
  readonly ok: boolean;
  readonly body: Record<string, unknown>;
}

/** Sends a request; the token comes from the environment variable RCODE5_TOKEN. */
export async function askAdmin({
  method,
  path,
  admin = DEFAULT_ADMIN,
  body,
  signal,
}: AdminRequest): Promise<AdminAnswer> {
  const token = process.env['RCODE5_TOKEN'];
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  if (!/^https?:/.test(admin) || !URL.canParse(path, admin))
    throw new UsageError(`--admin ${admin}: expect a URL like ${DEFAULT_ADMIN}`);
  let response: Response;
  let text: string;
  try {
    response = await fetch(new URL(path, admin), {
      ...{ method, headers },
      ...(signal !== undefined && { signal }),
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    text = await response.text();
  } catch {
    throw new UsageError(
      `nobody answers at ${admin}; start rcode5 there or name its admin URL by --admin`,
    );
  }
  const isJson = response.headers.get('content-type')?.startsWith('application/json');
  if (!isJson) throw new UsageError(`${admin} answers ${response.status}: ${text.trim()}`);
  return { ok: response.ok, body: JSON.parse(text) };
}

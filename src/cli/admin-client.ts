/** Asking a running server by its admin HTTP. */

import { UsageError } from './command.ts';

export const DEFAULT_ADMIN = 'http://127.0.0.1:8053';

/** Options that every command has that asks a running server. */
export const ADMIN_OPTIONS = {
  admin: { type: 'string', default: DEFAULT_ADMIN },
  json: { type: 'boolean', default: false },
} as const;

export interface AdminAnswer {
  readonly ok: boolean;
  readonly body: Record<string, unknown>;
}

/** Sends a request; the token comes from the environment variable RCODE5_TOKEN. */
export async function askAdmin(admin: string, method: string, path: string): Promise<AdminAnswer> {
  const token = process.env['RCODE5_TOKEN'];
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  if (!URL.canParse(path, admin))
    throw new UsageError(`--admin ${admin}: expect a URL like ${DEFAULT_ADMIN}`);
  let response: Response;
  try {
    response = await fetch(new URL(path, admin), { method, headers });
  } catch {
    throw new UsageError(
      `nobody answers at ${admin}; start rcode5 there or name its admin URL by --admin`,
    );
  }
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.startsWith('application/json');
  if (!isJson) throw new UsageError(`${admin} answers ${response.status}: ${text.trim()}`);
  return { ok: response.ok, body: JSON.parse(text) };
}

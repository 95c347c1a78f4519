/** Asking the server: every address is relative, so that a proxy may put all of it below a path. */

import type { Failure, Session } from '../src/admin/api/answers.ts';

const API = 'api/v1/';

/** The server has answered, and not what was asked for. */
export class ServerError extends Error {
  readonly status: number;

  constructor(message: string, status: number) {
    super(message);
    this.status = status;
  }
}

/** Called when the session has ended, or a token is needed. */
let loggedOut: () => void = () => {};

export function onLoggedOut(listener: () => void): void {
  loggedOut = listener;
}

/** Asks for a token when the session has ended; whoever cannot be asked is asked again later. */
export function checkSession(): void {
  get<Session>('session').then(
    ({ login }) => {
      if (login) loggedOut();
    },
    () => {},
  );
}

export function urlOf(path: string, parameters: Readonly<Record<string, string>> = {}): string {
  const query = new URLSearchParams(parameters).toString();
  return query === '' ? API + path : `${API}${path}?${query}`;
}

/** What is being asked before there is a page that wants it, by its URL. */
const early: Map<string, { readonly answer: Promise<unknown>; stop(): void }> = new Map();

/** Asks while the page is still being made: the first `get` of the same has the answer. */
export function getEarly<T>(
  path: string,
  parameters: Readonly<Record<string, string>> = {},
): Promise<T> {
  const url = urlOf(path, parameters);
  const control = new AbortController();
  const answer = ask<T>(url, { signal: control.signal });
  early.set(url, { answer, stop: () => control.abort() });
  return answer;
}

export function get<T>(
  path: string,
  parameters: Readonly<Record<string, string>> = {},
  signal?: AbortSignal,
): Promise<T> {
  const url = urlOf(path, parameters);
  const asked = early.get(url);
  if (asked === undefined) return ask<T>(url, { ...(signal !== undefined && { signal }) });
  early.delete(url);
  signal?.addEventListener('abort', asked.stop, { once: true });
  return asked.answer as Promise<T>;
}

export function send<T>(method: 'POST' | 'DELETE', path: string, body = ''): Promise<T> {
  return ask<T>(urlOf(path), { method, body });
}

async function ask<T>(url: string, options: RequestInit): Promise<T> {
  let response: Response;
  try {
    response = await fetch(url, { credentials: 'same-origin', cache: 'no-store', ...options });
  } catch (error) {
    if (options.signal?.aborted) throw error;
    throw new ServerError('The server does not answer. It may be starting again.', 0);
  }
  const text = await response.text();
  if (response.ok || response.status === 422) return JSON.parse(text) as T;
  if (response.status === 401 && !url.endsWith('/session')) loggedOut();
  throw new ServerError(failureOf(text), response.status);
}

function failureOf(text: string): string {
  try {
    return (JSON.parse(text) as Failure).error;
  } catch {
    return text.trim();
  }
}

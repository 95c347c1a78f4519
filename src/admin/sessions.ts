/** Logging in: a browser that has a token is given a session for it. */

import type { Logger } from '../log.ts';
import type { Session } from './api/answers.ts';
import { type AdminHandler, type AdminReply, jsonReply, type Needed } from './http.ts';
import { type Identities, type Identity, SESSION_MS } from './identities.ts';
import { COOKIE } from './request.ts';

const LONGEST = 4096;
/** Milliseconds in which failures are logged once: nobody may fill the log by guessing. */
const FAILURES_MS = 10_000;

export const SESSION_NEEDS: Readonly<Record<string, Needed>> = {
  'GET /api/v1/session': 'nothing',
  'POST /api/v1/session': 'nothing',
  'DELETE /api/v1/session': 'nothing',
};

export function sessionOf(who: Identity | undefined): Session {
  return who === undefined ? { login: true } : { login: false, name: who.name, may: who.may };
}

export function sessionHandlers(
  identities: Identities,
  log: Logger,
): Readonly<Record<string, AdminHandler>> {
  let failedAt = Number.NEGATIVE_INFINITY;
  return {
    'GET /api/v1/session': (_url, _response, { who }) => jsonReply(sessionOf(who)),
    'POST /api/v1/session': async (_url, _response, request) => {
      const token = readToken(await request.text(LONGEST));
      if (token === undefined) return jsonReply({ error: 'expect { "token": "…" }' }, 400);
      if (!identities.areRequired) {
        return jsonReply({ error: 'no token is configured: everybody here may do all' }, 400);
      }
      const begun = identities.begin(token);
      if (begun === undefined) {
        if (performance.now() - failedAt > FAILURES_MS) {
          failedAt = performance.now();
          log.warn(`admin: a wrong token from ${request.asker}`);
        }
        return jsonReply({ error: 'this is no token of admin.token or admin.tokens' }, 401);
      }
      const { who, session } = begun;
      log.info(`admin: ${who.name} has logged in, ${request.asker}`);
      const reply = jsonReply(sessionOf(who));
      return withCookie(reply, session, SESSION_MS / 1000, request.isSecure);
    },
    'DELETE /api/v1/session': (_url, _response, request) => {
      if (request.session !== undefined) identities.end(request.session);
      return withCookie(jsonReply({ login: identities.areRequired }), '', 0, request.isSecure);
    },
  };
}

function readToken(text: string | undefined): string | undefined {
  try {
    const { token } = JSON.parse(text ?? '');
    return typeof token === 'string' && token !== '' ? token : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Without a path it is sent to where it was set and below: behind a proxy that adds a prefix
 * nobody here knows the path (RFC 6265 section 5.1.4).
 */
function withCookie(
  reply: AdminReply,
  value: string,
  seconds: number,
  secure: boolean,
): AdminReply {
  const traits = [
    'HttpOnly',
    'SameSite=Strict',
    `Max-Age=${seconds}`,
    ...(secure ? ['Secure'] : []),
  ];
  return { ...reply, headers: { 'set-cookie': [`${COOKIE}=${value}`, ...traits].join('; ') } };
}

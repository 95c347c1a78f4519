/**
 * Who speaks to the admin HTTP: by a token with each request, or by the session that a browser was
 * given for one. A session is signed with the token it stands for, and nothing of it is kept here:
 * it survives a restart, and ends when its token is changed.
 */

import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { AdminToken, Permission } from '../config/admin-keys.ts';

/** Who it is, and what he may do. */
export interface Identity {
  readonly name: string;
  readonly may: Permission;
}

/** Milliseconds that a session lasts. */
export const SESSION_MS: number = 12 * 3_600_000;
/** Sessions that were ended before their time and are remembered: the oldest are forgotten. */
const ENDED = 10_000;
const PREFIX = 'Bearer ';
/** What tokens' names do not have. */
const BETWEEN = '~';

/** Whoever comes from loopback, where no token is asked for. */
const ANYBODY: Identity = { name: 'loopback', may: 'reload' };

export class Identities {
  readonly #tokens: readonly AdminToken[];
  readonly #now: () => number;
  /** Sessions that were ended, by their signature. */
  readonly #ended: Set<string> = new Set();

  /** `now` is in milliseconds since the epoch. */
  constructor(tokens: readonly AdminToken[], now: () => number = Date.now) {
    this.#tokens = tokens;
    this.#now = now;
  }

  /** Whether nobody without a token may do anything. */
  get areRequired(): boolean {
    return this.#tokens.length > 0;
  }

  /** Who sends these headers; undefined for a stranger. */
  of(authorization: string | undefined, session: string | undefined): Identity | undefined {
    if (!this.areRequired) return ANYBODY;
    if (authorization !== undefined) return this.#holder(authorization);
    return session === undefined ? undefined : this.#ofSession(session);
  }

  /** A session for whoever has the token; undefined for a stranger. */
  begin(token: string): { readonly who: Identity; readonly session: string } | undefined {
    if (!this.areRequired) return undefined;
    const holder = this.#holder(PREFIX + token);
    if (holder === undefined) return undefined;
    const ends = (this.#now() + SESSION_MS).toString(36);
    const content = [holder.name, ends, randomBytes(12).toString('base64url')].join(BETWEEN);
    return { who: holder, session: content + BETWEEN + sign(content, holder.token) };
  }

  /** It is not taken any more. */
  end(session: string): void {
    if (this.#ofSession(session) === undefined) return;
    if (this.#ended.size >= ENDED) this.#ended.delete(this.#ended.values().next().value!);
    this.#ended.add(session);
  }

  /** Takes as long whatever is given, also for its length: digests are compared, all of them. */
  #holder(authorization: string): AdminToken | undefined {
    const given = digest(authorization);
    const found = this.#tokens.filter(({ token }) =>
      timingSafeEqual(given, digest(PREFIX + token)),
    );
    return found[0];
  }

  #ofSession(session: string): Identity | undefined {
    const [name, ends = '', nonce, signature = '', more] = session.split(BETWEEN);
    const holder = this.#tokens.find((one) => one.name === name);
    if (holder === undefined || more !== undefined || this.#ended.has(session)) return undefined;
    const expected = sign([name, ends, nonce].join(BETWEEN), holder.token);
    if (!timingSafeEqual(digest(signature), digest(expected))) return undefined;
    return Number.parseInt(ends, 36) > this.#now() ? holder : undefined;
  }
}

function sign(content: string, token: string): string {
  return createHmac('sha256', token).update(content).digest('base64url');
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

/** Whether somebody with the one permission may do what takes the other. */
export function permits(may: Permission, needed: Permission): boolean {
  return may === 'reload' || needed === 'read';
}

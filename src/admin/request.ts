/** A request to the admin HTTP, as its handlers see it. */

import type { IncomingMessage } from 'node:http';
import type { Identity } from './identities.ts';

/** A body that is so many times too long is not read to its end, to be told so. */
const PATIENCE = 4;

/** The cookie of a browser's session. */
export const COOKIE = 'rcode5-session';

export class AdminRequest {
  /** Undefined where nobody is asked who he is. */
  readonly who: Identity | undefined;
  readonly #message: IncomingMessage;

  constructor(message: IncomingMessage, who: Identity | undefined) {
    this.#message = message;
    this.who = who;
  }

  /** Who asks and from where, for the operational log: `ops from 10.0.0.5`. */
  get asker(): string {
    return `${this.who?.name ?? 'somebody'} from ${this.#message.socket.remoteAddress ?? 'nowhere'}`;
  }

  header(name: string): string | undefined {
    const value = this.#message.headers[name];
    return Array.isArray(value) ? value.join(', ') : value;
  }

  get session(): string | undefined {
    return cookieOf(this.#message.headers.cookie);
  }

  /** Whether the connection, or that to a proxy in front, is encrypted. */
  get isSecure(): boolean {
    return 'encrypted' in this.#message.socket || this.header('x-forwarded-proto') === 'https';
  }

  /** The body as text; undefined when it is longer than `most` octets. */
  async text(most: number): Promise<string | undefined> {
    const chunks: Buffer[] = [];
    let length = 0;
    for await (const chunk of this.#message) {
      length += chunk.length;
      if (length <= most) chunks.push(chunk);
      // Leaving the loop closes the connection.
      if (length > PATIENCE * most) break;
    }
    return length > most ? undefined : Buffer.concat(chunks).toString('utf8');
  }
}

/** Our cookie among those that a browser sends. */
export function cookieOf(header: string | undefined): string | undefined {
  for (const pair of (header ?? '').split(';')) {
    const at = pair.indexOf('=');
    if (pair.slice(0, at).trim() === COOKIE) return pair.slice(at + 1).trim();
  }
  return undefined;
}

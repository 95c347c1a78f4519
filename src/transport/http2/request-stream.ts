/** A request as far as it has come, and its answer as far as that could not be sent yet. */

import type { Outflow } from './flow-control.ts';
import type { RequestHeaders } from './request-headers.ts';

const NOTHING: Buffer = Buffer.alloc(0);
/** Octets of memory for a body that comes in parts. */
const FIRST_ROOM = 512;

export class RequestStream implements Outflow {
  readonly headers: RequestHeaders;
  window: number;
  rest: Buffer | undefined = undefined;
  /** Octets of the body that have come. */
  length = 0;
  /** The whole request has come: what follows on it is none of ours. */
  isAsked = false;
  #body: Buffer = NOTHING;

  constructor(headers: RequestHeaders, window: number) {
    this.headers = headers;
    this.window = window;
  }

  /** Keeps a part of the body: in one piece of memory, however small the parts are. */
  add(part: Buffer): void {
    const length = this.length + part.length;
    if (length > this.#body.length) {
      const grown = Buffer.allocUnsafe(Math.max(FIRST_ROOM, length, 2 * this.#body.length));
      this.#body.copy(grown, 0, 0, this.length);
      this.#body = grown;
    }
    part.copy(this.#body, this.length);
    this.length = length;
  }

  /** All parts; none are kept. */
  take(): Buffer {
    const body = this.#body.subarray(0, this.length);
    this.#body = NOTHING;
    return body;
  }
}

/** A secret of the configuration: whoever prints what holds it does not print it. */

import { inspect } from 'node:util';

const SHOWN = '(secret)';

export class Secret {
  readonly #octets: Uint8Array;

  constructor(octets: Uint8Array) {
    this.#octets = octets;
  }

  get octets(): Uint8Array {
    return this.#octets;
  }

  toString(): string {
    return SHOWN;
  }

  toJSON(): string {
    return SHOWN;
  }

  [inspect.custom](): string {
    return SHOWN;
  }
}

/** What the header fields of a DoH response say (RFC 8484 section 4.2). */

import { DNS_MESSAGE } from '../doh-request.ts';
import type { HeaderField } from './header-table.ts';

/** Octets of a media type that are shown. */
const SHOWN = 40;

export class ResponseHeaders {
  #status = '';
  #contentType = '';

  add({ name, value }: HeaderField): void {
    if (name === ':status') this.#status = value;
    else if (name === 'content-type') this.#contentType = value;
  }

  get isInformational(): boolean {
    return this.#status.startsWith('1');
  }

  /** Why the body is no DNS message; undefined when it is one. Media types may have parameters. */
  get fault(): string | undefined {
    if (!/^2\d\d$/.test(this.#status)) {
      return /^\d{3}$/.test(this.#status) ? `HTTP status ${this.#status}` : 'no HTTP status';
    }
    const [type = ''] = this.#contentType.split(';');
    if (type.trim().toLowerCase() === DNS_MESSAGE) return undefined;
    const shown = type.replace(/[^\w.+/-]/g, '').slice(0, SHOWN);
    return `an HTTP body of the media type ${shown || 'none'}`;
  }
}

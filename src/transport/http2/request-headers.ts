/** What a request's header fields say, if they are such as RFC 9113 section 8 allows. */

import type { HttpRequest } from '../doh-request.ts';
import { type HeaderField, sizeOf } from './header-table.ts';

const PSEUDO = [':method', ':scheme', ':authority', ':path'];
/** Section 8.2.2: what is about the connection has no place in HTTP/2. */
const OF_CONNECTION = [
  ...['connection', 'keep-alive', 'proxy-connection', 'transfer-encoding', 'upgrade'],
];

export class RequestHeaders implements HttpRequest {
  method = '';
  target = '';
  contentType: string | undefined;
  contentLength: number | undefined;
  /** As RFC 9113 counts the fields. */
  size = 0;
  isMalformed = false;
  readonly #seen: Set<string> = new Set();
  #hasRegular = false;

  add(field: HeaderField): void {
    this.size += sizeOf(field);
    const { name, value } = field;
    if (name.startsWith(':')) this.#addPseudo(name, value);
    else this.#addRegular(name, value);
  }

  /** Called behind the last field. */
  finish(): void {
    const needed = this.#seen.has(':method') && this.#seen.has(':scheme');
    if (!needed || this.target === '') this.isMalformed = true;
  }

  #addPseudo(name: string, value: string): void {
    if (this.#hasRegular || !PSEUDO.includes(name) || this.#seen.has(name)) this.isMalformed = true;
    this.#seen.add(name);
    if (name === ':method') this.method = value;
    if (name === ':path') this.target = value;
  }

  #addRegular(name: string, value: string): void {
    this.#hasRegular = true;
    if (!/^[!#$%&'*+\-.^_`|~0-9a-z]+$/.test(name) || /[\0\r\n]/.test(value)) {
      this.isMalformed = true;
    }
    if (OF_CONNECTION.includes(name) || (name === 'te' && value !== 'trailers')) {
      this.isMalformed = true;
    }
    if (name === 'content-type') this.contentType = value;
    if (name === 'content-length') this.#addLength(value);
  }

  #addLength(value: string): void {
    const isAnother = this.contentLength !== undefined && this.contentLength !== Number(value);
    if (isAnother || !/^\d{1,9}$/.test(value)) this.isMalformed = true;
    this.contentLength = Number(value);
  }
}

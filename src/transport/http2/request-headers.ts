/** What a request's header fields say, if they are such as RFC 9113 section 8 allows. */

import type { HttpRequest } from '../doh-request.ts';
import type { ForwardedClient } from '../forwarded.ts';
import type { HeaderField } from './header-table.ts';

/** Pseudo fields, each of which a request has at most once. */
const METHOD = 1;
const SCHEME = 2;
const AUTHORITY = 4;
const PATH = 8;

export class RequestHeaders implements HttpRequest {
  method = '';
  target = '';
  query: Buffer | undefined = undefined;
  contentType: string | undefined = undefined;
  contentLength: number | undefined = undefined;
  client: ForwardedClient | undefined = undefined;
  forwarded: string[] | undefined = undefined;
  forwardedFor: string[] | undefined = undefined;
  /** As RFC 9113 counts the fields. */
  size = 0;
  isMalformed = false;
  #seen = 0;
  #hasRegular = false;

  add(field: HeaderField): void {
    this.size += field.size;
    if (!field.isValid) this.isMalformed = true;
    if (field.isPseudo) this.#addPseudo(field.name, field.value);
    else this.#addRegular(field.name, field.value);
  }

  /** Called behind the last field. */
  finish(): void {
    const needed = METHOD | SCHEME;
    if ((this.#seen & needed) !== needed || this.target === '') this.isMalformed = true;
  }

  #addPseudo(name: string, value: string): void {
    const bit = pseudoBit(name);
    if (this.#hasRegular || bit === 0 || (this.#seen & bit) !== 0) this.isMalformed = true;
    this.#seen |= bit;
    if (bit === METHOD) this.method = value;
    if (bit === PATH) this.target = value;
  }

  #addRegular(name: string, value: string): void {
    this.#hasRegular = true;
    switch (name) {
      case 'content-type':
        this.contentType = value;
        break;
      case 'content-length':
        this.#addLength(value);
        break;
      // Section 8.2.2: what is about the connection has no place in HTTP/2.
      case 'connection':
      case 'keep-alive':
      case 'proxy-connection':
      case 'transfer-encoding':
      case 'upgrade':
        this.isMalformed = true;
        break;
      case 'forwarded':
        this.forwarded = [...(this.forwarded ?? []), value];
        break;
      case 'x-forwarded-for':
        this.forwardedFor = [...(this.forwardedFor ?? []), value];
        break;
      case 'te':
        if (value !== 'trailers') this.isMalformed = true;
        break;
    }
  }

  #addLength(value: string): void {
    const isAnother = this.contentLength !== undefined && this.contentLength !== Number(value);
    if (isAnother || !/^\d{1,9}$/.test(value)) this.isMalformed = true;
    this.contentLength = Number(value);
  }
}

function pseudoBit(name: string): number {
  switch (name) {
    case ':method':
      return METHOD;
    case ':scheme':
      return SCHEME;
    case ':authority':
      return AUTHORITY;
    case ':path':
      return PATH;
    default:
      return 0;
  }
}

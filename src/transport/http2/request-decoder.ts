/** Header blocks of a connection, one after the other: what each asks. */

import { HeaderDecoder } from './header-block.ts';
import { Http2Error } from './http2-error.ts';
import { KnownGets } from './known-gets.ts';
import { KnownRequests } from './known-requests.ts';
import { RequestHeaders } from './request-headers.ts';

export class RequestDecoder {
  readonly #decoder: HeaderDecoder = new HeaderDecoder();
  readonly #known: KnownRequests = new KnownRequests();
  readonly #knownGets: KnownGets;

  /** `path` is the one that is answered. */
  constructor(path: string) {
    this.#knownGets = new KnownGets(path);
  }

  /**
   * Of a block that is there. The request may have been asked before, and does not change but for its
   * query. `isWhole`: no body follows. Throws for what is no block.
   */
  decode(octets: Buffer, start: number, end: number, isWhole: boolean): RequestHeaders {
    const { version } = this.#decoder;
    const known =
      this.#known.find(octets, start, end, version) ??
      (isWhole ? this.#knownGets.find(octets, start, end, version) : undefined);
    return known ?? this.#read(octets.subarray(start, end), isWhole);
  }

  #read(block: Buffer, isWhole: boolean): RequestHeaders {
    const { version } = this.#decoder;
    const request = new RequestHeaders();
    let pathAt = -1;
    const isBlock = this.#decoder.decode(block, (field, valueAt) => {
      if (field.name === ':path') pathAt = valueAt;
      request.add(field);
    });
    if (!isBlock) throw new Http2Error('COMPRESSION_ERROR');
    request.finish();
    // One that has changed the table would change it again.
    if (request.isMalformed || version !== this.#decoder.version) return request;
    if (request.method === 'POST') this.#known.keep(block, request, version);
    if (request.method === 'GET' && isWhole && pathAt >= 0)
      this.#knownGets.keep(block, request, pathAt, version);
    return request;
  }
}

/** Header blocks of a connection, one after the other: what each asks. */

import { HeaderDecoder } from './header-block.ts';
import { Http2Error } from './http2-error.ts';
import { KnownRequests } from './known-requests.ts';
import { RequestHeaders } from './request-headers.ts';

export class RequestDecoder {
  readonly #decoder: HeaderDecoder = new HeaderDecoder();
  readonly #known: KnownRequests = new KnownRequests();

  /** Of a block that is there. The request may have been asked before, and does not change. Throws for what is no block. */
  decode(octets: Buffer, start: number, end: number): RequestHeaders {
    const { version } = this.#decoder;
    const known = this.#known.find(octets, start, end, version);
    if (known !== undefined) return known;
    const block = octets.subarray(start, end);
    const request = new RequestHeaders();
    if (!this.#decoder.decode(block, (field) => request.add(field))) {
      throw new Http2Error('COMPRESSION_ERROR');
    }
    request.finish();
    // One that has changed the table would change it again; by GET each is another.
    if (request.method === 'POST' && version === this.#decoder.version) {
      this.#known.keep(block, request, version);
    }
    return request;
  }
}

/** The address of a client in words. Queries of one client come together: its address is read once. */

import { readAddress } from '../net/address.ts';
import type { Query } from '../wire/query.ts';

export class ClientSource {
  #text = '';
  #zoneId = '';
  #family: 4 | 6 = 4;
  readonly #words: Uint32Array = new Uint32Array(4);

  /** Says in `query` who asks; `text` is an address, perhaps with a zone. */
  set(text: string, query: Pick<Query, 'address' | 'family' | 'zoneId'>): void {
    if (text !== this.#text) this.#read(text);
    query.zoneId = this.#zoneId;
    query.family = this.#family;
    for (let i = 0; i < this.#words.length; i++) query.address[i] = this.#words[i]!;
  }

  #read(text: string): void {
    const zone = text.indexOf('%');
    const address = zone < 0 ? text : text.slice(0, zone);
    this.#text = text;
    this.#zoneId = zone < 0 ? '' : text.slice(zone);
    this.#family = readAddress(address, this.#words) === 6 ? 6 : 4;
  }
}

/** Header fields that HPACK has numbers for (RFC 7541 section 2.3 and appendix A). */

const COLON = 0x3a;
/** Octets that a field counts besides its own (section 4.1). */
const OVERHEAD = 32;

const REGULAR_NAME = /^[!#$%&'*+\-.^_`|~0-9a-z]+$/;
const NO_VALUE = /[\0\r\n]/;

/** What is known of a field once, however often it is referred to. */
export class HeaderField {
  readonly name: string;
  readonly value: string;
  /** As the table counts it. */
  readonly size: number;
  readonly isPseudo: boolean;
  /** Whether HTTP allows its octets (RFC 9113 section 8.2.1); names of pseudo fields are known ones. */
  readonly isValid: boolean;

  constructor(name: string, value: string, isKnownName = false) {
    this.name = name;
    this.value = value;
    this.size = name.length + value.length + OVERHEAD;
    this.isPseudo = name.charCodeAt(0) === COLON;
    const isName = isKnownName || this.isPseudo || REGULAR_NAME.test(name);
    this.isValid = isName && !NO_VALUE.test(value);
  }
}

const STATIC: readonly HeaderField[] = [
  ...[':authority', ':method GET', ':method POST', ':path /', ':path /index.html'],
  ...[':scheme http', ':scheme https', ':status 200', ':status 204', ':status 206'],
  ...[':status 304', ':status 400', ':status 404', ':status 500', 'accept-charset'],
  ...['accept-encoding gzip, deflate', 'accept-language', 'accept-ranges', 'accept'],
  ...['access-control-allow-origin', 'age', 'allow', 'authorization', 'cache-control'],
  ...['content-disposition', 'content-encoding', 'content-language', 'content-length'],
  ...['content-location', 'content-range', 'content-type', 'cookie', 'date', 'etag', 'expect'],
  ...['expires', 'from', 'host', 'if-match', 'if-modified-since', 'if-none-match', 'if-range'],
  ...['if-unmodified-since', 'last-modified', 'link', 'location', 'max-forwards'],
  ...['proxy-authenticate', 'proxy-authorization', 'range', 'referer', 'refresh', 'retry-after'],
  ...['server', 'set-cookie', 'strict-transport-security', 'transfer-encoding', 'user-agent'],
  ...['vary', 'via', 'www-authenticate'],
].map((text) => {
  const end = text.indexOf(' ');
  return end < 0
    ? new HeaderField(text, '')
    : new HeaderField(text.slice(0, end), text.slice(end + 1));
});

export class HeaderTable {
  /** The newest first. */
  readonly #fields: HeaderField[] = [];
  readonly #most: number;
  #size = 0;
  #limit: number;
  /** How often its fields have changed. */
  version = 0;

  /** `most` is what the other end was told that it may use. */
  constructor(most: number) {
    this.#most = most;
    this.#limit = most;
  }

  /** The field with this number, counted from 1; undefined when there is none. */
  at(index: number): HeaderField | undefined {
    return index <= STATIC.length ? STATIC[index - 1] : this.#fields[index - STATIC.length - 1];
  }

  add(field: HeaderField): void {
    this.version++;
    this.#size += field.size;
    this.#fields.unshift(field);
    this.#evict();
  }

  /** The other end uses so much from now on; false when that is more than it may. */
  resize(limit: number): boolean {
    if (limit > this.#most) return false;
    this.version++;
    this.#limit = limit;
    this.#evict();
    return true;
  }

  /** Also a field that is larger than the table: then the table is empty. */
  #evict(): void {
    while (this.#size > this.#limit) this.#size -= this.#fields.pop()!.size;
  }
}

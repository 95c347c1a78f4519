/** For whom an HTTP proxy asks, by its own account: X-Forwarded-For, and Forwarded (RFC 7239). */

import type { ReadAddress } from './proxy-protocol.ts';

/** Values of the header fields, in their order. */
export interface ForwardedFields {
  readonly forwarded?: readonly string[] | undefined;
  readonly forwardedFor?: readonly string[] | undefined;
}

/** A client that a proxy names; a port that it does not name is 0. */
export interface ForwardedClient {
  readonly isLocal: false;
  readonly family: 4 | 6;
  readonly address: Uint32Array;
  readonly port: number;
}

const TOKEN = "[!#$%&'*+\\-.^_`|~0-9A-Za-z]+";
/** A parameter, or nothing, and what ends it. */
const PAIR = new RegExp(
  `[ \\t]*(?:(${TOKEN})=(${TOKEN}|"(?:[^"\\\\]|\\\\.)*"))?[ \\t]*([;,]|$)`,
  'y',
);
/** RFC 7239 section 6: a port may be hidden, and an address without brackets is IPv4. */
const NODE = /^(?:\[([0-9A-Fa-f:.]+)\]|([0-9.]+))(?::(?:(\d{1,5})|_[\w.-]+))?$/;
const BARE_IPV6 = /^[0-9A-Fa-f]*:[0-9A-Fa-f:.]*$/;

export class ForwardedReader {
  readonly #readAddress: ReadAddress;
  readonly #trusts: (family: 4 | 6, address: Uint32Array) => boolean;

  /** Addresses that `trusts` knows are those of proxies. */
  constructor(readAddress: ReadAddress, trusts: (family: 4 | 6, address: Uint32Array) => boolean) {
    this.#readAddress = readAddress;
    this.#trusts = trusts;
  }

  /**
   * The rightmost address that is no proxy's: what stands before it anybody may have written.
   * Undefined when the proxy names nobody; `unclear` when the fields cannot be read, name different
   * clients, or hide the one that counts.
   */
  read({ forwarded, forwardedFor }: ForwardedFields): ForwardedClient | undefined | 'unclear' {
    const one = forwarded && this.#clientOf(forwarded, forwardedNodes, parseNode);
    const other = forwardedFor && this.#clientOf(forwardedFor, listItems, parseLooseNode);
    if (one === 'unclear' || other === 'unclear') return 'unclear';
    if (one === undefined || other === undefined) return one ?? other;
    // A proxy that writes one of them may pass on what a client has written into the other.
    return isSame(one, other) ? { ...one, port: one.port || other.port } : 'unclear';
  }

  #clientOf(
    values: readonly string[],
    toNodes: (value: string) => readonly string[] | undefined,
    parse: (node: string) => NodeText | undefined,
  ): ForwardedClient | undefined | 'unclear' {
    let client: ForwardedClient | undefined;
    for (const value of values.toReversed()) {
      const nodes = toNodes(value);
      if (nodes === undefined) return 'unclear';
      for (const node of nodes.toReversed()) {
        client = this.#toClient(parse(node));
        if (client === undefined) return 'unclear';
        if (!this.#trusts(client.family, client.address)) return client;
      }
    }
    return client;
  }

  #toClient(node: NodeText | undefined): ForwardedClient | undefined {
    const port = Number(node?.port ?? 0);
    if (node === undefined || port > 0xffff) return undefined;
    const address = new Uint32Array(4);
    const family = this.#readAddress(node.address, address);
    return family === 0 ? undefined : { isLocal: false, family, address, port };
  }
}

interface NodeText {
  readonly address: string;
  readonly port: string | undefined;
}

/** Undefined for `unknown` and `_hidden` too: an access list knows nobody of these names. */
function parseNode(text: string): NodeText | undefined {
  const [, six, four, port] = NODE.exec(text) ?? [];
  const address = six ?? four;
  // Brackets are for IPv6.
  if (address === undefined || (six !== undefined && !six.includes(':'))) return undefined;
  return { address, port };
}

/** X-Forwarded-For has no standard: IPv6 addresses come without brackets too. */
function parseLooseNode(text: string): NodeText | undefined {
  return BARE_IPV6.test(text) ? { address: text, port: undefined } : parseNode(text);
}

/** Elements of a list: empty ones are passed over (RFC 9110 section 5.6.1.2). */
function listItems(value: string): readonly string[] {
  return value
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

/** What `for` has in each element, or nothing where there is none; undefined for another syntax. */
function forwardedNodes(value: string): readonly string[] | undefined {
  const nodes: string[] = [];
  for (let at = 0; at < value.length; ) {
    const element = readElement(value, at);
    // Section 4: each parameter at most once.
    if (element === undefined || element.nodes.length > 1) return undefined;
    if (element.pairs > 0) nodes.push(element.nodes[0] ?? '');
    at = element.next;
  }
  return nodes;
}

interface ForwardedElement {
  readonly nodes: readonly string[];
  /** How many parameters there are; none of what is empty, and passed over. */
  readonly pairs: number;
  /** Behind the comma. */
  readonly next: number;
}

function readElement(value: string, start: number): ForwardedElement | undefined {
  const nodes: string[] = [];
  let pairs = 0;
  PAIR.lastIndex = start;
  for (;;) {
    const [whole, name, text = '', end] = PAIR.exec(value) ?? [];
    if (whole === undefined) return undefined;
    if (name !== undefined) pairs++;
    if (name?.toLowerCase() === 'for') nodes.push(unquote(text));
    if (end !== ';') return { nodes, pairs, next: PAIR.lastIndex };
  }
}

function unquote(text: string): string {
  return text.startsWith('"') ? text.slice(1, -1).replace(/\\(.)/g, '$1') : text;
}

function isSame(a: ForwardedClient, b: ForwardedClient): boolean {
  return a.family === b.family && a.address.every((word, i) => word === b.address[i]);
}

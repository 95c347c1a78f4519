/** A question that nobody has sent: read from words, and put into a query. */

import { formatEndpoint, parseAddress } from '../net/address.ts';
import type { Policy } from '../policy/compile.ts';
import { CLIENT_TRANSPORTS, type ClientTransport } from '../wire/client-transport.ts';
import { BUFFER_LENGTH, Count, readUint16, writeUint16 } from '../wire/header.ts';
import { parseName } from '../wire/name.ts';
import type { Query } from '../wire/query.ts';
import { parseClass, parseOpcode, parseType, RrClass, RrType } from '../wire/registry.ts';
import { formatRequest } from '../wire/request.ts';

/** A question as somebody would ask it. */
export interface AskedQuestion {
  readonly client: string;
  readonly name: string;
  readonly type: number;
  readonly rrClass: number;
  readonly opcode: number;
  readonly recursionDesired: boolean;
  readonly dnssecOk: boolean;
  readonly transport: ClientTransport;
  /** Which of the addresses served is asked. */
  readonly listener: number;
  /** The key that signs it; the signature is taken for good. */
  readonly key?: string;
}

/** Reads the words of a question; a text describes what is wrong with them. */
export function askedQuestion(
  words: Readonly<Record<string, string | undefined>>,
  listeners: readonly string[] = [],
): AskedQuestion | string {
  const { client, name, type = 'A', class: rrClass = 'IN', opcode = 'QUERY' } = words;
  const { transport = 'udp', rd = '1', do: dnssecOk = '0' } = words;
  if (client === undefined || parseAddress(client) === undefined) {
    return `client ${client ?? 'is missing'}: expect an IPv4 or IPv6 address`;
  }
  if (name === undefined) return 'name is missing: expect a domain name';
  const wire = parseName(name);
  if (typeof wire === 'string') return `name ${name}: expect a domain name, not ${wire}`;
  const numbers = {
    type: parseType(type),
    class: parseClass(rrClass),
    opcode: parseOpcode(opcode),
  };
  if (numbers.type === undefined) return `type ${type}: expect one like A, AAAA or TYPE65`;
  if (numbers.class === undefined) return `class ${rrClass}: expect one like IN or CH`;
  if (numbers.opcode === undefined) return `opcode ${opcode}: expect one like QUERY or UPDATE`;
  const by = CLIENT_TRANSPORTS.find((one) => one === transport);
  if (by === undefined) {
    return `transport ${transport}: expect one of ${CLIENT_TRANSPORTS.join(', ')}`;
  }
  const listener = words['listener'] === undefined ? 0 : listeners.indexOf(words['listener']);
  if (listener < 0) {
    return `listener ${words['listener']}: expect one of ${listeners.join(', ')}`;
  }
  return {
    client,
    name,
    type: numbers.type,
    rrClass: numbers.class,
    opcode: numbers.opcode,
    recursionDesired: rd !== '0',
    dnssecOk: dnssecOk !== '0',
    transport: by,
    listener,
  };
}

/** The addresses that a configuration serves, as records name them. */
export function listenersOf({ config }: Policy): readonly string[] {
  return config.listen.map(({ value }) => formatEndpoint(value));
}

/** Fills in who asks, and the octets that he would send; returns their length. */
export function playQuestion(query: Query, question: AskedQuestion, now: number): number {
  const { family, words } = parseAddress(question.client)!;
  query.family = family;
  query.address.set(words);
  query.transport = question.transport;
  query.listener = question.listener;
  query.receivedAt = now;
  const request = formatRequest({
    id: 0,
    opcode: question.opcode,
    recursionDesired: question.recursionDesired,
    dnssecOk: question.dnssecOk,
    name: parseName(question.name) as Uint8Array,
    type: question.type,
    rrClass: question.rrClass,
  });
  query.message = new Uint8Array(BUFFER_LENGTH);
  query.message.set(request);
  return question.key === undefined
    ? request.length
    : addSignature(query.message, request.length, question.key);
}

/** Adds a TSIG record (RFC 8945 section 4.2) with an empty signature: nobody here checks it. */
function addSignature(message: Uint8Array, at: number, key: string): number {
  const name = parseName(key) as Uint8Array;
  const algorithm = parseName('hmac-sha256') as Uint8Array;
  // Time, fudge, MAC size, original ID, error, other length.
  const rdata = Uint8Array.of(...algorithm, ...new Uint8Array(16));
  const head = Uint8Array.of(0, RrType.TSIG, 0, RrClass.ANY, 0, 0, 0, 0, 0, rdata.length);
  message.set([...name, ...head, ...rdata], at);
  writeUint16(message, Count.ADDITIONAL, readUint16(message, Count.ADDITIONAL) + 1);
  return at + name.length + head.length + rdata.length;
}

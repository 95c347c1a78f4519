/**
 * Decisions as dnstap payloads (dnstap.proto, CC0): the response that is sent, or the query that
 * gets none; who asked whom and when; the policy that decided; the decision record as `extra`.
 */

import { decidesBy } from '../decision/layers.ts';
import { eventOf, type Outcome, type Reply } from '../decision/outcome.ts';
import { isMatch } from '../decision/rule-of.ts';
import type { Action } from '../decision/verdict.ts';
import { type Endpoint, isUnspecified, parseAddress } from '../net/address.ts';
import type { Query } from '../wire/query.ts';
import { ProtobufWriter } from './protobuf-writer.ts';

/** Fields of `Dnstap`. */
const IDENTITY = 1;
const VERSION = 2;
const EXTRA = 3;
const MESSAGE = 14;
const TYPE = 15;
const TYPE_MESSAGE = 1;

/** Fields of `Message`, and its types. */
const Message = {
  TYPE: 1,
  FAMILY: 2,
  PROTOCOL: 3,
  QUERY_ADDRESS: 4,
  RESPONSE_ADDRESS: 5,
  QUERY_PORT: 6,
  RESPONSE_PORT: 7,
  QUERY_SECONDS: 8,
  QUERY_NANOSECONDS: 9,
  QUERY: 10,
  RESPONSE_SECONDS: 12,
  RESPONSE_NANOSECONDS: 13,
  RESPONSE: 14,
  POLICY: 15,
} as const;
const CLIENT_QUERY = 5;
const CLIENT_RESPONSE = 6;
/** `SocketProtocol`. */
const PROTOCOLS = { udp: 1, tcp: 2, dot: 3, doh: 4 } as const;

/** Fields of `Policy`. */
const Policy = { TYPE: 1, RULE: 2, ACTION: 3, MATCH: 4, VALUE: 5 } as const;
const MATCHES = { qname: 1, 'client-ip': 2, 'response-ip': 3 } as const;
/** There is none for REFUSED: what a refusal was is in `extra`. */
const ACTIONS: Readonly<Partial<Record<Action, number>>> = {
  nxdomain: 1,
  nodata: 2,
  drop: 4,
  truncate: 5,
  answer: 6,
};
const WILDCARD = Uint8Array.of(1, 0x2a);

/** Who speaks. */
export interface DnstapIdentity {
  readonly identity: string;
  readonly version: string;
  /** Listeners by their index. */
  readonly listeners: readonly Endpoint[];
}

interface Listener {
  readonly address: Uint8Array | undefined;
  readonly port: number;
}

export class DnstapWriter extends ProtobufWriter {
  /** Milliseconds by which the clock on the wall is ahead of the times that are given. */
  clockStep = 0;
  readonly #identity: Uint8Array;
  readonly #version: Uint8Array;
  readonly #listeners: readonly Listener[];
  readonly #address: Buffer = Buffer.alloc(16);
  readonly #owner: Uint8Array = new Uint8Array(256);
  readonly #texts: Map<string, Uint8Array> = new Map();

  constructor({ identity, version, listeners }: DnstapIdentity) {
    super();
    this.#identity = Buffer.from(identity);
    this.#version = Buffer.from(version);
    this.#listeners = listeners.map(({ address, port }) => ({ address: octetsOf(address), port }));
  }

  /** Writes one payload over the last one; `record` is the decision record from `start` on. */
  payload(
    query: Query,
    outcome: Outcome,
    reply: Reply | undefined,
    { now, record, start, end }: { now: number; record: Buffer; start: number; end: number },
  ): void {
    this.length = 0;
    this.bytes(IDENTITY, this.#identity);
    this.bytes(VERSION, this.#version);
    this.bytes(EXTRA, record, start, end);
    const message = this.begin(MESSAGE);
    this.number(Message.TYPE, reply === undefined ? CLIENT_QUERY : CLIENT_RESPONSE);
    this.#parties(query);
    this.#time(Message.QUERY_SECONDS, Message.QUERY_NANOSECONDS, query.receivedAt);
    if (reply === undefined) {
      this.bytes(Message.QUERY, query.message, 0, query.length);
    } else {
      // The query is no more: its response may have been written over it.
      this.#time(Message.RESPONSE_SECONDS, Message.RESPONSE_NANOSECONDS, now);
      this.bytes(Message.RESPONSE, reply.octets, 0, reply.length);
    }
    if (eventOf(outcome.verdict) !== 'answered') this.#policy(query, outcome);
    this.end(message);
    this.number(TYPE, TYPE_MESSAGE);
  }

  #parties(query: Query): void {
    this.number(Message.FAMILY, query.family === 4 ? 1 : 2);
    this.number(Message.PROTOCOL, PROTOCOLS[query.transport]);
    this.#words(Message.QUERY_ADDRESS, query.family, query.address);
    this.number(Message.QUERY_PORT, query.port);
    const listener = this.#listeners[query.listener];
    if (listener === undefined) return;
    if (listener.address !== undefined) this.bytes(Message.RESPONSE_ADDRESS, listener.address);
    this.number(Message.RESPONSE_PORT, listener.port);
  }

  #time(seconds: number, nanoseconds: number, time: number): void {
    const milliseconds = time + this.clockStep;
    const whole = Math.floor(milliseconds / 1000);
    this.number(seconds, whole);
    this.fixed32(nanoseconds, Math.floor((milliseconds - whole * 1000) * 1000) * 1000);
  }

  #policy(query: Query, { verdict }: Outcome): void {
    const { layer, action, isShadow } = verdict;
    const { match } = query;
    const policy = this.begin(Message.POLICY);
    this.bytes(Policy.TYPE, this.#text(layer === 'policy' ? 'RPZ' : layer.toUpperCase()));
    if (isMatch(verdict) && match.trigger === 'qname') this.#ruleOwner(query);
    else if (!isMatch(verdict)) this.bytes(Policy.RULE, this.#text(verdict.rule.id));
    const done = isShadow === true ? undefined : ACTIONS[action];
    if (done !== undefined) this.number(Policy.ACTION, done);
    if (isMatch(verdict)) this.#match(query);
    else if (decidesBy(layer, 'client')) {
      this.number(Policy.MATCH, MATCHES['client-ip']);
      this.#words(Policy.VALUE, query.family, query.address);
    }
    this.end(policy);
  }

  /** The owner name of the rule, in wire format. */
  #ruleOwner({ match }: Query): void {
    const { name, nameLength } = match.name;
    const at = match.name.suffixAt(match.depth);
    const prefix = match.wildcard ? WILDCARD.length : 0;
    this.#owner.set(WILDCARD);
    this.#owner.set(name.subarray(at, nameLength), prefix);
    this.bytes(Policy.RULE, this.#owner, 0, prefix + nameLength - at);
  }

  #match(query: Query): void {
    const { trigger, name, address, prefix } = query.match;
    this.number(Policy.MATCH, MATCHES[trigger]);
    if (trigger === 'qname') this.bytes(Policy.VALUE, name.name, 0, name.nameLength);
    else this.#words(Policy.VALUE, prefix?.family ?? query.family, address);
  }

  #words(field: number, family: 4 | 6, words: Uint32Array): void {
    const count = family === 4 ? 1 : 4;
    for (let i = 0; i < count; i++) this.#address.writeUInt32BE(words[i]!, i * 4);
    this.bytes(field, this.#address, 0, count * 4);
  }

  #text(text: string): Uint8Array {
    let octets = this.#texts.get(text);
    if (octets === undefined) {
      octets = Buffer.from(text);
      this.#texts.set(text, octets);
    }
    return octets;
  }
}

/** Undefined for an address that stands for all of the host's. */
function octetsOf(text: string): Uint8Array | undefined {
  const address = parseAddress(text.replace(/%.*/, ''));
  if (address === undefined || isUnspecified(address)) return undefined;
  const octets = Buffer.alloc(address.family === 4 ? 4 : 16);
  for (let at = 0; at < octets.length; at += 4) octets.writeUInt32BE(address.words[at / 4]!, at);
  return octets;
}

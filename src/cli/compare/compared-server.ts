/** The live server: who may be asked, from which address, and how fast. */

import { setTimeout } from 'node:timers/promises';
import { ask, findSource } from '../../diagnose/ask.ts';
import { findServers } from '../../diagnose/host-addresses.ts';
import type { Exchange } from '../../diagnose/reply.ts';
import type { AskedQuestion } from '../../explain/question.ts';
import { type Endpoint, formatEndpoint, isLoopback, parseAddress } from '../../net/address.ts';
import { parseName } from '../../wire/name.ts';
import { UsageError } from '../command.ts';

/** Questions that wait for their answers at a time. */
const MOST_WAITING = 64;

/** Loopback, a host by its name, or an address that `allowed` names once more. */
export async function findLive(
  text: string,
  option: string,
  allowed: readonly string[],
): Promise<Endpoint> {
  const found = await findServers(text);
  if (typeof found === 'string') throw new UsageError(`${option} ${found}`);
  const [server] = found;
  if (server === undefined) throw new UsageError(`${option} ${text}: it has no address`);
  const address = parseAddress(server.address);
  const isNamed = /^[a-z][\w.-]*(?::\d+)?$/i.test(text) || allowed.includes(server.address);
  if (isNamed || (address !== undefined && isLoopback(address))) return server;
  const expected = `expect one on loopback, a host by its name, or --allow ${server.address}`;
  throw new UsageError(`${option} ${text}: real questions would go to it; ${expected}`);
}

/** Sends from the client's own address where this host has it, and else from that of this host. */
export class LiveServer {
  readonly server: Endpoint;
  readonly #timeoutMs: number;
  readonly #sources: Map<string, Promise<string>> = new Map();

  constructor(server: Endpoint, timeoutMs: number) {
    this.server = server;
    this.#timeoutMs = timeoutMs;
  }

  /** The address that a question of this client leaves from. */
  sourceFor(client: string): Promise<string> {
    const known = this.#sources.get(client) ?? this.#find(client);
    this.#sources.set(client, known);
    return known;
  }

  async #find(client: string): Promise<string> {
    const family = (text: string) => parseAddress(text)?.family;
    const isPossible = family(client) === family(this.server.address);
    const own = isPossible ? await findSource(this.server, client) : '';
    if (typeof own !== 'string') return own.source;
    const usual = await findSource(this.server);
    if (typeof usual !== 'string') return usual.source;
    throw new UsageError(
      `${formatEndpoint(this.server)}: ${usual}; expect a server that can be reached`,
    );
  }

  ask(question: AskedQuestion, source: string): Promise<Exchange> {
    const { type, rrClass, recursionDesired: rd, transport } = question;
    const name = parseName(question.name) as Uint8Array;
    const by = transport === 'udp' ? 'udp' : 'tcp';
    const asked = { name, type, rrClass, rd, edns: true, transport: by } as const;
    return ask(asked, { server: this.server, source, timeoutMs: this.#timeoutMs }, 2);
  }
}

/** Starts so many a second at most. Rejects with the first that fails. */
export async function atRate<T>(
  all: readonly T[],
  perSecond: number,
  work: (one: T) => Promise<void>,
): Promise<void> {
  const start = performance.now();
  const waiting = new Set<Promise<void>>();
  for (const [i, one] of all.entries()) {
    const due = start + (i * 1000) / perSecond - performance.now();
    if (due > 1) await setTimeout(due);
    if (waiting.size >= MOST_WAITING) await Promise.race(waiting);
    const running = work(one).finally(() => waiting.delete(running));
    waiting.add(running);
  }
  await Promise.all(waiting);
}

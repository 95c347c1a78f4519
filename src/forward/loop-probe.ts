/**
 * Finding upstreams that lead back here, through another forwarder or none.
 *
 * A server is asked for a name that nobody else can know. When a client then asks for it, the
 * question has come full circle. It is done at start, when a server stops answering (which is
 * what a loop looks like), and again later to see whether the loop is gone.
 */

import { randomBytes } from 'node:crypto';
import { lowerName, parseName } from '../wire/name.ts';
import type { Query } from '../wire/query.ts';
import { RrClass, RrType } from '../wire/registry.ts';
import { formatRequest } from '../wire/request.ts';
import type { Send } from './exchanges.ts';
import { random16 } from './random.ts';
import type { Server } from './server.ts';

/** How often a server is probed at most. */
const PAUSE_MS = 10_000;
const NONCE_OCTETS = 12;

interface Probe {
  readonly server: Server;
  readonly name: Uint8Array;
  readonly id: number;
  readonly sentAt: number;
  seen: boolean;
}

export class LoopProbes {
  readonly #send: Send;
  readonly #probes: Map<Server, Probe> = new Map();

  constructor(send: Send) {
    this.#send = send;
  }

  /** Asks the server, unless it was asked a moment ago. */
  probe(server: Server, now: number): void {
    const last = this.#probes.get(server);
    if (last !== undefined && now - last.sentAt < PAUSE_MS) return;
    const nonce = randomBytes(NONCE_OCTETS).toString('hex');
    const name = lowerName(parseName(`${nonce}.rcode5-loop`) as Uint8Array);
    const id = random16();
    this.#probes.set(server, { server, name, id, sentAt: now, seen: false });
    const request = formatRequest({ id, name, type: RrType.TXT, rrClass: RrClass.IN });
    this.#send(server, request, request.length, server.transport);
  }

  /** The server whose probe has come back as this query. */
  match(query: Query): Server | undefined {
    for (const probe of this.#probes.values()) {
      if (!isName(query, probe.name)) continue;
      probe.seen = true;
      probe.server.isLoop = true;
      return probe.server;
    }
    return undefined;
  }

  /** Whether an answer with this ID is to a probe: what it says does not matter. */
  isAnswer(server: Server, id: number): boolean {
    return this.#probes.get(server)?.id === id;
  }

  /** Probes the looping servers again; one whose last probe did not come back is free. */
  recheck(now: number): void {
    for (const { server, sentAt, seen } of this.#probes.values()) {
      if (!server.isLoop || now - sentAt < PAUSE_MS) continue;
      if (!seen) server.isLoop = false;
      this.probe(server, now);
    }
  }
}

function isName(query: Query, name: Uint8Array): boolean {
  if (query.nameLength !== name.length) return false;
  for (let i = 0; i < name.length; i++) if (query.name[i] !== name[i]) return false;
  return true;
}

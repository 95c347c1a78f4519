/**
 * Finding upstreams that lead back here, through another forwarder or none.
 *
 * A server is asked for a name that nobody else can know. When a client then asks for it, the
 * question has come full circle. It is done at start, when a server stops answering (which is
 * what a loop looks like), and again later to see whether the loop is gone.
 */

import type { Answer } from '../wire/answer.ts';
import { parseName } from '../wire/name.ts';
import { Query } from '../wire/query.ts';
import { Rcode, RrClass, RrType } from '../wire/registry.ts';
import { formatRequest } from '../wire/request.ts';
import type { Send } from './exchanges.ts';
import { LABEL_LENGTH, type Loops } from './loops.ts';
import { random16 } from './random.ts';
import type { Upstream } from './upstream.ts';

/** How often a server is probed at most. */
const PAUSE_MS = 10_000;
/** What follows the label that distinguishes probes. */
const SUFFIX = 'rcode5-loop';
const SUFFIX_WIRE = parseName(SUFFIX) as Uint8Array;
const SUFFIX_AT = 1 + LABEL_LENGTH;

interface Probe {
  readonly upstream: Upstream;
  readonly id: number;
  readonly query: Query;
  readonly sentAt: number;
  /** How many questions to the server had come back before. */
  readonly returns: number;
}

export class LoopProbes {
  readonly #send: Send;
  readonly #probes: Map<Upstream, Probe> = new Map();
  /** The memory of the servers probed, which is the same for all of them. */
  #loops: Loops | undefined;

  constructor(send: Send) {
    this.#send = send;
  }

  /** Asks the server, unless it was asked a moment ago. */
  probe(upstream: Upstream, now: number): void {
    const last = this.#probes.get(upstream);
    if (last !== undefined && now - last.sentAt < PAUSE_MS) return;
    const { loops, index } = upstream;
    this.#loops = loops;
    const name = parseName(`${loops.makeLabel(index, now)}.${SUFFIX}`) as Uint8Array;
    const id = random16();
    // Of all types the one that no policy is about.
    const request = formatRequest({ id, name, type: RrType.A, rrClass: RrClass.IN });
    const query = new Query();
    query.parse(request, request.length);
    const returns = loops.returns(index);
    this.#probes.set(upstream, { upstream, id, query, sentAt: now, returns });
    this.#send(upstream, request, request.length, upstream.transport);
  }

  /**
   * Whether this query is for a probe of this program, which nobody else can ask for. When it has
   * come back for the first time its server is marked.
   */
  match(query: Query): boolean {
    if (this.#loops === undefined || !isProbe(query)) return false;
    const label = String.fromCharCode(...query.name.subarray(1, SUFFIX_AT));
    return this.#loops.comesBack(label, query.receivedAt);
  }

  /**
   * Whether a message of which only the ID is known as yet is an answer to a probe. It shows no
   * loop, but whether the server answers for names that no rule is about.
   */
  take(
    { octets, length, answer }: { octets: Uint8Array; length: number; answer: Answer },
    upstream: Upstream,
    now: number,
  ): boolean {
    const probe = this.#probes.get(upstream);
    if (probe?.id !== answer.id) return false;
    const { query, sentAt } = probe;
    if (answer.parse(octets, length) && answer.matches(query)) {
      upstream.known.note(query, answer, now - sentAt, now);
      upstream.known.noteNeutral(answer.rcode === Rcode.REFUSED, now);
    }
    return true;
  }

  /** Probes the looping servers again; one from which nothing has come back since is free. */
  recheck(now: number): void {
    for (const { upstream, sentAt, returns } of this.#probes.values()) {
      if (!upstream.isLoop || now - sentAt < PAUSE_MS) continue;
      if (upstream.loops.returns(upstream.index) === returns) upstream.isLoop = false;
      this.probe(upstream, now);
    }
  }
}

/** Whether a name has the form of a probe's. */
function isProbe({ name, nameLength }: Query): boolean {
  if (nameLength !== SUFFIX_AT + SUFFIX_WIRE.length || name[0] !== LABEL_LENGTH) return false;
  return SUFFIX_WIRE.every((octet, i) => name[SUFFIX_AT + i] === octet);
}

/** The answers of each server of an upstream group to direct questions. */

import { ask } from '../diagnose/ask.ts';
import { type Probe, probeOf } from '../diagnose/probe.ts';
import type { Question } from '../diagnose/question.ts';
import type { Exchange } from '../diagnose/reply.ts';
import { findRoutes } from '../diagnose/routes.ts';
import type { UpstreamGroup } from '../forward/group.ts';
import type { Upstream } from '../forward/upstream.ts';
import { parseName } from '../wire/name.ts';
import { RrClass, RrType } from '../wire/registry.ts';
import { LiveChannel } from './live-channel.ts';
import type { AskedQuestion } from './question.ts';

/** Milliseconds that one answer may take. */
const MAX_TIMEOUT_MS = 2000;

const ID_SERVER = parseName('id.server') as Uint8Array;

/** What a server shows itself to be. */
export type Role = 'recursive' | 'authoritative' | 'neither recursive nor authoritative' | 'silent';

export interface UpstreamAccount {
  /** As records name it. */
  readonly address: string;
  readonly role: Role;
  readonly question: Probe;
  /** SOA of the name without recursion: whether it holds the zone. */
  readonly soa: Probe;
  /** CHAOS id.server. */
  readonly identity: Probe;
}

/** Asks the servers side by side, and each of them one question after the other. */
export function askEach(
  { upstreams, timeout }: UpstreamGroup,
  question: AskedQuestion,
): Promise<UpstreamAccount[]> {
  const timeoutMs = Math.min(timeout, MAX_TIMEOUT_MS);
  return Promise.all(upstreams.map((upstream) => askServer(upstream, question, timeoutMs)));
}

async function askServer(
  server: Upstream,
  question: AskedQuestion,
  timeoutMs: number,
): Promise<UpstreamAccount> {
  const routes = await findRoutes([server.endpoint], [], timeoutMs);
  const route = routes[0] as Exclude<(typeof routes)[number], string>;
  if (server.security === undefined) {
    return accountOf(server, question, route.source, (one) => ask(one, route));
  }
  const channel = new LiveChannel(server, timeoutMs);
  try {
    return await accountOf(server, question, route.source, (one) => channel.ask(one));
  } finally {
    channel.close();
  }
}

async function accountOf(
  { transport, name: address }: Upstream,
  { name: text, type, rrClass, recursionDesired: rd }: AskedQuestion,
  source: string,
  exchange: (question: Question) => Promise<Exchange>,
): Promise<UpstreamAccount> {
  const name = parseName(text) as Uint8Array;
  const plain = { transport, edns: true };
  const take = async (one: Question) =>
    probeOf({ server: address, source }, one, await exchange(one));
  const question = await take({ ...plain, probe: 'ask', name, type, rrClass, rd });
  const soa = await take({
    ...{ ...plain, probe: 'soa', name, rd: false },
    ...{ type: RrType.SOA, rrClass: RrClass.IN },
  });
  const identity = await take({
    ...{ ...plain, probe: 'id.server', name: ID_SERVER, rd: false },
    ...{ type: RrType.TXT, rrClass: RrClass.CH },
  });
  return { address, role: roleOf(question, soa, identity), question, soa, identity };
}

function roleOf(question: Probe, soa: Probe, identity: Probe): Role {
  const all = [question, soa, identity];
  if (all.every(({ rcode }) => rcode === undefined)) return 'silent';
  if (all.some(({ ra }) => ra)) return 'recursive';
  const isZone = soa.aa && soa.soa !== undefined;
  return isZone || question.aa ? 'authoritative' : 'neither recursive nor authoritative';
}

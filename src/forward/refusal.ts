/** From an upstream's REFUSED to what is known of it. */

import { NOTHING_LATELY } from '../decision/refusal-facts.ts';
import { inferReason } from '../decision/refusal-inference.ts';
import { isRefused, type UpstreamRefusal } from '../decision/upstream-refusal.ts';
import type { Answer } from '../wire/answer.ts';
import { HEADER_LENGTH } from '../wire/header.ts';
import { findOption, OPT_LENGTH, readExtendedErrors } from '../wire/opt.ts';
import type { Query } from '../wire/query.ts';
import { EdnsOption, formatOpcode, formatType, Opcode } from '../wire/registry.ts';
import type { PendingQuery } from './pending-query.ts';

/** What the pending query's server has refused, and why, as far as it can be inferred. */
export function readRefusal(
  pending: PendingQuery,
  query: Query,
  answer: Answer,
  now: number,
): UpstreamRefusal {
  const { upstream } = pending;
  const { authoritative: aa, recursionAvailable: ra, truncated: tc } = answer;
  const ede = answer.optAt === 0 ? [] : readExtendedErrors(answer.message, answer.optAt);
  const rttMs = now - pending.sentAt;
  const signs = {
    aa,
    ra,
    tc,
    ede,
    rttMs,
    byUdp: pending.current!.transport === 'udp',
    hasQuestion: answer.questionEnd > HEADER_LENGTH,
    rd: query.recursionDesired,
    ecs: hasSubnet(query),
    type: query.qtype,
    operation: operationOf(query),
  };
  const lately = upstream.history?.recall(query, now) ?? NOTHING_LATELY;
  const siblings = { count: pending.group!.upstreams.length - 1, refused: refusedBefore(pending) };
  const reason = inferReason({ signs, lately, siblings });
  const { name: address, secured } = upstream;
  const { attempts } = pending;
  return { address, secured, rttMs, aa, ra, tc, ede, ...reason, attempts };
}

/** A server has answered the pending query's question: those that refused it stand alone with that. */
export function overrule({ attempts, group }: PendingQuery, now: number): void {
  for (const attempt of attempts) {
    if (!isRefused(attempt)) continue;
    group!.upstreams.find(({ name }) => name === attempt.upstream)?.history?.overrule(now);
  }
}

/** Other servers that have refused the pending query's question. */
function refusedBefore({ attempts, upstream: { name } }: PendingQuery): number {
  const others = attempts.filter((one) => isRefused(one) && one.upstream !== name);
  return new Set(others.map(({ upstream }) => upstream)).size;
}

/** Only what is signed goes with the options that the client gave it. */
function hasSubnet({ message, optAt, signed }: Query): boolean {
  return (
    signed && optAt !== 0 && findOption(message, optAt, EdnsOption.ECS, optAt + OPT_LENGTH) > 0
  );
}

function operationOf(query: Query): string | undefined {
  if (query.opcode !== Opcode.QUERY) return formatOpcode(query.opcode);
  return query.isTransfer ? formatType(query.qtype) : undefined;
}

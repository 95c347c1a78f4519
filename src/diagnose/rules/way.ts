/** Rules by the way that the question came: UDP or TCP, with or without EDNS. */

import { tellAll } from '../evidence.ts';
import type { Inference } from '../inference.ts';
import { isEmpty } from '../plan.ts';
import { fateOf, type Probe } from '../probe.ts';
import { NO_ANSWER } from '../reply.ts';
import type { Situation } from '../situation.ts';

/** Unbound's allow_cookie: who asks by UDP without a cookie gets TC with the refusal. */
export function byCookie(situation: Situation): Inference | undefined {
  const { ask } = situation;
  if (ask.rcode !== 'REFUSED' || !ask.tc) return undefined;
  const tcp = situation.last('tcp');
  const isSettled = tcp !== undefined && fateOf(tcp) === 'answered';
  return {
    verdict: 'needs-tcp-or-cookie',
    confidence: isSettled ? 'high' : 'medium',
    summary: `wants TCP or a DNS cookie from ${ask.source}`,
    evidence: tellAll(ask, tcp),
  };
}

export function byTransport(situation: Situation): Inference | undefined {
  const { ask } = situation;
  const tcp = situation.last('tcp')!;
  if (ask.transport !== 'udp' || fateOf(tcp) !== 'answered') return undefined;
  if (situation.isAnswered('plain')) return undefined;
  const word = ask.rcode ?? `silence (${ask.silence})`;
  return {
    verdict: 'transport',
    confidence: isDefinite(ask) ? 'high' : 'medium',
    summary: `answers by TCP, but by UDP there is ${word}`,
    evidence: tellAll(ask, tcp),
  };
}

export function byEdns(situation: Situation): Inference | undefined {
  if (!situation.isAnswered('plain')) return undefined;
  const { ask } = situation;
  return {
    verdict: 'edns',
    confidence: isDefinite(ask) ? 'high' : 'medium',
    summary: `answers only without EDNS; with it there is ${ask.rcode ?? ask.silence}`,
    evidence: tellAll(ask, situation.last('plain')),
  };
}

/** RFC 7766: a server answers by TCP too. */
export function byTcp(situation: Situation): Inference | undefined {
  const { ask } = situation;
  const tcp = situation.last('tcp')!;
  if (fateOf(ask) !== 'answered' || fateOf(tcp) === 'answered') return undefined;
  return {
    verdict: 'transport',
    confidence: isDefinite(tcp) && fateOf(tcp) !== 'failed' ? 'high' : 'medium',
    summary: `answers by UDP, but by TCP there is ${tcp.rcode ?? tcp.silence}${
      isEmpty(ask) ? ', and this answer needs TCP' : ''
    }`,
    evidence: tellAll(ask, tcp),
  };
}

export function byPlain(situation: Situation): Inference | undefined {
  const { ask } = situation;
  const plain = situation.last('plain')!;
  const isDenied = fateOf(plain) === 'refused' || fateOf(plain) === 'odd';
  if (fateOf(ask) !== 'answered' || !isDenied) return undefined;
  const summary = `answers only with EDNS; without it there is ${plain.rcode}`;
  return { verdict: 'edns', confidence: 'high', summary, evidence: tellAll(ask, plain) };
}

/** Silence may be a lost datagram, or somebody who is slow. */
function isDefinite({ silence }: Probe): boolean {
  return silence !== NO_ANSWER;
}

/** Rules by the way that the question came: UDP or TCP, with or without EDNS. */

import { tellAll } from '../evidence.ts';
import type { Inference } from '../inference.ts';
import { isEmpty } from '../plan.ts';
import { fateOf, type Probe } from '../probe.ts';
import { NO_ANSWER } from '../reply.ts';
import type { Situation } from '../situation.ts';

export function byTransport(situation: Situation): Inference | undefined {
  const { ask } = situation;
  const tcp = situation.last('tcp')!;
  if (ask.transport !== 'udp' || fateOf(tcp) !== 'answered') return undefined;
  // TC=1 with a refusal means that: a cookie, or TCP.
  if (ask.rcode === 'REFUSED' && ask.tc) return undefined;
  if (situation.isAnswered('plain')) return undefined;
  const word = ask.rcode ?? `silence (${ask.silence})`;
  return {
    verdict: 'transport',
    scope: 'query',
    confidence: isDefinite(ask) ? 'high' : 'medium',
    summary: `answers by TCP, but by UDP there is ${word}`,
    evidence: tellAll(ask, tcp),
  };
}

export function byEdns(situation: Situation): Inference | undefined {
  const { ask } = situation;
  if (situation.isTransfer || !situation.isAnswered('plain')) return undefined;
  // Who takes EDNS for other names does not refuse this one for it.
  if (situation.isAnsweredAtTimes) return undefined;
  return {
    verdict: 'edns',
    scope: 'query',
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
    scope: 'query',
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
  return {
    verdict: 'edns',
    scope: 'query',
    confidence: 'high',
    summary,
    evidence: tellAll(ask, plain),
  };
}

/** Silence may be a lost datagram, or somebody who is slow. */
function isDefinite({ silence }: Probe): boolean {
  return silence !== NO_ANSWER;
}

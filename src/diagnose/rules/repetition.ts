import { tell } from '../evidence.ts';
import type { Inference } from '../inference.ts';
import { isDead, isEmpty, isUnsteady } from '../plan.ts';
import { fateOf, type Probe } from '../probe.ts';
import { ACCEPTED } from '../reply.ts';
import type { Situation } from '../situation.ts';

/** A share of a burst below this may be chance. */
const LIMITED_SHARE = 0.2;

export function bySilence(situation: Situation): Inference | undefined {
  const { ask, probes, answeredSibling, source } = situation;
  if (!isDead(probes)) return undefined;
  const evidence = probes.map(tell);
  if (answeredSibling !== undefined) {
    const summary = `answers ${answeredSibling.source} and sends nothing to ${source}: an access list that drops, or a firewall`;
    return { verdict: 'client-acl', scope: 'server', confidence: 'medium', summary, evidence };
  }
  const hangUp = byHangUp(situation, evidence);
  if (hangUp !== undefined) return hangUp;
  const isClosed = probes.every(({ silence }) => silence === 'connection refused');
  return {
    verdict: 'dead',
    confidence: isClosed ? 'high' : 'medium',
    summary: isClosed
      ? 'is not there: its host reports that nobody listens on this port'
      : `does not answer ${ask.source}: it is down, out of reach, or drops what this client sends`,
    evidence,
  };
}

/**
 * By TCP somebody is there. Who resets without reading has judged the address; who closes after
 * reading, or sends nothing, may as well have nobody behind it.
 */
function byHangUp(situation: Situation, evidence: string[]): Inference | undefined {
  const { silence } = situation.last('tcp') ?? {};
  if (silence === 'connection reset') {
    return {
      verdict: 'client-acl',
      scope: 'server',
      confidence: 'medium',
      summary: 'is there, and hangs up by TCP without reading: an access list that drops',
      evidence: [...evidence, 'TCP was accepted and reset: as of dnsdist and PowerDNS Recursor'],
    };
  }
  if (silence === 'connection closed') {
    return {
      verdict: 'client-acl',
      scope: 'server',
      confidence: 'low',
      summary:
        'is there, and hangs up by TCP: an access list that drops, or a forwarder that gets no answer',
      evidence: [...evidence, 'TCP was accepted and closed: as of Unbound'],
    };
  }
  if (silence !== ACCEPTED) return undefined;
  return {
    verdict: 'dead',
    confidence: 'low',
    summary: 'accepts TCP and sends nothing: it stands still, or drops what this client sends',
    evidence,
  };
}

export function byRate(situation: Situation): Inference | undefined {
  const burst = situation.last('burst');
  const count = burst?.burst;
  if (burst === undefined || count === undefined) return undefined;
  const after = situation.last('after')!;
  const limited = count.sent - count.answered;
  const isAnswered =
    count.answered + answeredOnce(after) > 0 || (count.refused > 0 && situation.isAnsweredAtTimes);
  if (limited < count.sent * LIMITED_SHARE || !isAnswered) return undefined;
  const { sent, answered, refused, truncated, silent } = count;
  const isToldOff = refused + truncated > 0;
  return {
    verdict: 'rate-limit',
    scope: 'server',
    confidence: isToldOff && fateOf(after) === 'answered' ? 'high' : 'medium',
    summary: `limits how often ${burst.source} may ask`,
    evidence: [
      `of ${sent} at once: ${answered} answered, ${refused} refused, ${truncated} truncated, ${silent} silent`,
      `a moment later: ${tell(after)}`,
      ...(isToldOff ? [] : ['datagrams that get lost look the same']),
    ],
  };
}

/** One address, several nodes: the same question is refused by one and answered by another. */
export function byNodes(situation: Situation): Inference | undefined {
  const { probes } = situation;
  if (!isUnsteady(probes)) return undefined;
  const nodes = new Set(probes.flatMap(({ nsid }) => nsid ?? []));
  const twice = probes.filter(({ again }) => again);
  const before = probes.filter(({ probe }) => twice.some((one) => one.probe === probe));
  return {
    verdict: 'unknown',
    confidence: 'low',
    summary:
      nodes.size > 1
        ? 'is several nodes that do not agree'
        : 'answers the same question in two ways: several nodes that do not agree, or a limit of rates',
    evidence: [...before.map(tell), ...(nodes.size > 1 ? [`NSID: ${[...nodes].join(', ')}`] : [])],
  };
}

function answeredOnce(probe: Probe): number {
  return fateOf(probe) === 'answered' && !isEmpty(probe) ? 1 : 0;
}

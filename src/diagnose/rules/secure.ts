/** Rules for servers that are asked by TLS or HTTPS: what is in the way of DNS. */

import type { Confidence } from '../../decision/upstream-refusal.ts';
import { NO_DNS, NO_DNS_BUT_HTTP } from '../ask-secure.ts';
import { tell } from '../evidence.ts';
import { NO_HTTP } from '../http-post.ts';
import type { Diagnosis, Inference } from '../inference.ts';
import { isUnsecured } from '../plan.ts';
import { fateOf, handshakeFault, type Probe } from '../probe.ts';
import { isHangUp, STREAM_RESET } from '../reply.ts';
import type { Situation } from '../situation.ts';

interface Conclusion {
  readonly verdict: Diagnosis;
  readonly confidence: Confidence;
  readonly summary: string;
  readonly besides?: readonly string[];
}

/** No question has got as far as DNS. */
export function bySecurity(situation: Situation): Inference | undefined {
  const { probes, ask } = situation;
  if (ask.transport === 'udp' || ask.transport === 'tcp' || !isUnsecured(probes)) return undefined;
  const hasTls = handshakeFault(ask) === undefined;
  const found = byOtherWay(situation) ?? (hasTls ? byAnswer(situation) : byTls(situation));
  if (found === undefined) return undefined;
  const { besides = [], ...rest } = found;
  // A refusal has a scope, and what is no refusal has none.
  const isRefusal = rest.verdict !== 'dead' && rest.verdict !== 'failure';
  const scope = isRefusal ? ({ scope: 'server' } as const) : {};
  return { ...scope, ...rest, evidence: [...probes.map(tell), ...besides] };
}

/** The same port, asked otherwise. */
function byOtherWay(situation: Situation): Conclusion | undefined {
  const { ask } = situation;
  const wanted = ask.transport === 'dot' ? 'TLS' : 'HTTPS';
  const plain = situation.last('tcp');
  if (plain !== undefined && plain.silence === undefined) {
    const summary = `speaks plain DNS on this port, and no ${wanted}`;
    return { verdict: 'transport', confidence: 'high', summary };
  }
  const other = situation.last('other-way');
  if (other === undefined || (other.silence !== undefined && other.status === undefined)) {
    return undefined;
  }
  const spoken = other.transport === 'dot' ? 'DNS over TLS' : 'HTTPS';
  const summary = `speaks ${spoken} on this port, and not DNS over ${wanted}`;
  return { verdict: 'transport', confidence: 'high', summary };
}

function byTls(situation: Situation): Conclusion | undefined {
  const reason = handshakeFault(situation.ask);
  if (reason === undefined) return undefined;
  const { evidence } = situation.ask.tls!;
  switch (reason) {
    case 'closed':
      return byEarlyEnd(situation, evidence.includes('reset'));
    case 'client-certificate': {
      const summary = 'lets in only clients with a certificate that it knows';
      return { verdict: 'client-acl', confidence: 'medium', summary };
    }
    case 'unreachable':
      // Who cannot be reached is dead, by TLS as by UDP.
      return undefined;
    case 'timeout': {
      const summary = 'accepts TCP on this port and does not begin TLS';
      const isConnected = !evidence.includes('TCP');
      return isConnected ? { verdict: 'transport', confidence: 'low', summary } : undefined;
    }
    default: {
      const confidence = reason === 'other' ? 'low' : 'high';
      const summary = `cannot be asked by TLS: ${evidence}`;
      return { verdict: 'transport', confidence, summary };
    }
  }
}

/** Who resets without reading has judged the address. */
function byEarlyEnd({ answeredSibling }: Situation, isReset: boolean): Conclusion {
  return {
    verdict: 'client-acl',
    confidence: isReset || answeredSibling !== undefined ? 'medium' : 'low',
    summary: `hangs up before TLS has begun: an access list that drops${isReset ? '' : ', or no TLS'}`,
    besides: isReset ? ['TCP was accepted and reset: as of dnsdist'] : [],
  };
}

/** TLS is spoken. */
function byAnswer(situation: Situation): Conclusion {
  return byStatus(situation) ?? byWords(situation);
}

/** What servers and proxies mean by the statuses of HTTP (RFC 9110 section 15). */
function byStatus({ ask, answeredSibling }: Situation): Conclusion | undefined {
  const { status, silence = '' } = ask;
  if (status === undefined) return undefined;
  if (status === 401 || status === 403 || status === 407) {
    const namesList = /\bACL\b/i.test(silence) || answeredSibling !== undefined;
    return {
      verdict: 'client-acl',
      confidence: namesList ? 'high' : 'medium',
      summary: `does not let ${ask.source} ask: ${silence}`,
    };
  }
  if (status === 429) {
    const summary = `limits how often ${ask.source} may ask: ${silence}`;
    return { verdict: 'rate-limit', confidence: 'medium', summary };
  }
  if (status === 400) {
    return {
      verdict: 'client-acl',
      confidence: answeredSibling === undefined ? 'low' : 'medium',
      summary:
        'takes a question in good order for a bad request: an access list that drops, or no DNS',
      besides: ['so does BIND for addresses in blackhole'],
    };
  }
  if (status >= 500 && status !== 501) {
    const summary = `fails, or who is behind it: ${silence}`;
    return { verdict: 'failure', confidence: 'medium', summary };
  }
  return {
    verdict: 'transport',
    confidence: status === 404 || status < 400 ? 'high' : 'medium',
    summary: meaningOf(status, silence),
  };
}

function meaningOf(status: number, silence: string): string {
  if (status === 404) return `has no DNS at this path: ${silence}`;
  if (status === 200) return `answers, but not with DNS: ${silence}`;
  if (status < 400) return `sends clients elsewhere, which do not follow: ${silence}`;
  return `takes no POST of a DNS message: ${silence}`;
}

function byWords({ probes, ask, answeredSibling }: Situation): Conclusion {
  const { silence = '', source, transport } = ask;
  if (silence === NO_DNS || silence === NO_DNS_BUT_HTTP || silence.startsWith(NO_HTTP)) {
    const summary = `speaks something else than DNS within TLS: ${silence}`;
    return { verdict: 'transport', confidence: 'high', summary };
  }
  if (isHangUp(silence)) {
    const isLikely = answeredSibling !== undefined || hasResetStreams(probes);
    return {
      verdict: 'client-acl',
      confidence: isLikely ? 'medium' : 'low',
      summary: `shakes hands, and hangs up on the question of ${source}: an access list that drops, or no DNS`,
      besides: ['so do Unbound (access-control deny) and BIND (blackhole)'],
    };
  }
  // Behind HTTPS there may be somebody else who is silent; TLS by itself is mostly the server's own.
  if (transport === 'dot' || answeredSibling !== undefined) {
    return {
      verdict: 'client-acl',
      confidence: answeredSibling === undefined ? 'low' : 'medium',
      summary: `is there and speaks TLS, and sends nothing to ${source}: an access list that drops, or it stands still`,
      besides: ['so does rcode5 (acl.query drop)'],
    };
  }
  return {
    verdict: 'dead',
    confidence: 'low',
    summary:
      'speaks TLS and sends no answer: it stands still, drops what this client sends, or is no DNS',
  };
}

/**
 * It speaks HTTP/2, and takes back each request without a status. Where the server behind is dead, a
 * proxy sends 502; and where one hangs up after the handshake, that may be all there is to it.
 */
function hasResetStreams(probes: readonly Probe[]): boolean {
  const asked = probes.filter(({ probe }) => probe === 'ask' || probe === 'root');
  return asked.length > 1 && asked.every(({ silence }) => silence?.startsWith(STREAM_RESET));
}

/** A certificate that clients do not accept counts before what the server would say to them. */
export function withCertificate({ ask }: Situation, rest: Inference): Inference {
  const { tls } = ask;
  if (tls === undefined || handshakeFault(ask) !== undefined) return rest;
  const { reason, evidence: words } = tls;
  // Whether an authority is known is up to the client.
  const isRefused = rest.verdict !== 'no-refusal';
  if (reason === 'authority' && isRefused) {
    const note = `besides, the certificate is not accepted here: ${words}`;
    return { ...rest, evidence: [...rest.evidence, note] };
  }
  const then = isRefused
    ? `who does not verify it finds ${rest.verdict}: it ${rest.summary}`
    : `who does not verify it is answered: ${tell(ask)}`;
  return {
    verdict: 'certificate',
    scope: 'server',
    confidence: reason === 'authority' ? 'medium' : 'high',
    summary: `has a certificate that clients do not accept: ${words}`,
    evidence: [words, fateOf(ask) === 'silent' ? tell(ask) : then],
  };
}

import { expect } from 'chai';
import { conclude } from '../../../src/diagnose/conclude.ts';
import type { Probe } from '../../../src/diagnose/probe.ts';
import { handshakeFailure, type TlsFaultReason } from '../../../src/transport/tls-fault.ts';
import { allBut, probe, REFUSED, situation } from '../visits.ts';

/** A server that answers everything by HTTPS with this. */
function concludeHttp(status: number, silence: string) {
  const parts: Partial<Probe> = { transport: 'doh', status, silence };
  return conclude(situation([probe('ask', parts), probe('root', parts)]));
}

function concludeTls(fault: { reason: TlsFaultReason; evidence: string }, more: Probe[] = []) {
  const parts: Partial<Probe> = { transport: 'dot', silence: fault.evidence, tls: fault };
  return conclude(situation([probe('ask', parts), probe('root', parts), ...more]));
}

describe('diagnose/rules/secure', () => {
  const statuses = [
    { status: 401, verdict: 'client-acl', confidence: 'medium', scope: 'server' },
    { status: 403, verdict: 'client-acl', confidence: 'medium', scope: 'server' },
    {
      status: 403,
      says: 'not in the ACL',
      verdict: 'client-acl',
      confidence: 'high',
      scope: 'server',
    },
    { status: 400, verdict: 'client-acl', confidence: 'low', scope: 'server' },
    { status: 404, verdict: 'transport', confidence: 'high', scope: 'server' },
    { status: 405, verdict: 'transport', confidence: 'medium', scope: 'server' },
    { status: 415, verdict: 'transport', confidence: 'medium', scope: 'server' },
    { status: 501, verdict: 'transport', confidence: 'medium', scope: 'server' },
    { status: 302, verdict: 'transport', confidence: 'high', scope: 'server' },
    { status: 200, verdict: 'transport', confidence: 'high', scope: 'server' },
    { status: 429, verdict: 'rate-limit', confidence: 'medium', scope: 'server' },
    { status: 500, verdict: 'failure', confidence: 'medium', scope: undefined },
    { status: 503, verdict: 'failure', confidence: 'medium', scope: undefined },
  ] as const;
  for (const { status, verdict, confidence, scope, ...more } of statuses) {
    const says = `HTTP status ${status}${'says' in more ? `: "${more.says}"` : ''}`;
    it(`takes ${says} for ${verdict}, ${confidence}`, () => {
      const found = concludeHttp(status, says);
      expect(found).to.include({ verdict, confidence });
      expect(found.scope).to.equal(scope);
      expect([found.summary, ...found.evidence].join('\n')).to.include(says);
    });
  }

  const plain = probe('tcp');
  const faults = [
    { code: 'ERR_SSL_WRONG_VERSION_NUMBER', verdict: 'transport', confidence: 'high' },
    {
      code: 'ERR_SSL_WRONG_VERSION_NUMBER',
      more: [plain],
      verdict: 'transport',
      confidence: 'high',
    },
    { code: 'ERR_SSL_UNSUPPORTED_PROTOCOL', verdict: 'transport', confidence: 'high' },
    { code: 'ERR_SSL_NO_APPLICATION_PROTOCOL', verdict: 'transport', confidence: 'high' },
    { code: 'ERR_SSL_SOMETHING', verdict: 'transport', confidence: 'low' },
    { code: 'ECONNRESET', verdict: 'client-acl', confidence: 'medium' },
    {
      code: 'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED',
      verdict: 'client-acl',
      confidence: 'medium',
    },
  ] as const;
  for (const { code, verdict, confidence, ...rest } of faults) {
    const more = 'more' in rest ? [...rest.more] : [];
    it(`takes ${code}${more.length > 0 ? ' beside plain DNS' : ''} for ${verdict}`, () => {
      const found = concludeTls(handshakeFailure(code), more);
      expect(found).to.include({ verdict, confidence, scope: 'server' });
      expect(/plain DNS on this port/.test(found.summary)).to.equal(more.length > 0);
    });
  }

  it('puts a certificate before what it finds behind, and both into the evidence', () => {
    const tls = { reason: 'expired', evidence: 'certificate expired on 2026-11-01' } as const;
    const all = { transport: 'dot', tls } as const;
    const behind = conclude(situation(allBut({ ...all, ...REFUSED })));
    expect(behind).to.include({ verdict: 'certificate', confidence: 'high', scope: 'server' });
    expect(behind.evidence.join('\n')).to.match(/expired on .*\nwho does not verify it finds /);
    const answered = conclude(situation(allBut(all)));
    expect(answered.evidence[1]).to.match(/^who does not verify it is answered: .* by TLS, RD=1: /);
  });
});

/** Verdicts, refusals and outcomes, for tests of what is told about them. */

import type { Outcome } from '../../src/decision/outcome.ts';
import type { UpstreamRefusal } from '../../src/decision/upstream-refusal.ts';
import { type Verdict, type VerdictSpec, VerdictTable } from '../../src/decision/verdict.ts';

/** A verdict of its own; without `parts`, a refusal by a line of an access list. */
export function verdict(parts: Partial<VerdictSpec> = {}): Verdict {
  return new VerdictTable().add({
    layer: 'acl',
    action: 'refuse',
    rule: { id: 'acl.query 0.0.0.0/0', file: 'config/site.yaml', line: 42, implicit: false },
    ...parts,
  });
}

/** An outcome with that verdict, decided here. */
export function outcome(decided: Verdict, parts: Partial<Outcome> = {}): Outcome {
  return {
    verdict: decided,
    origin: 'local',
    rcode: decided.rcode,
    ref: 'k3f9x-1',
    group: -1,
    upstream: undefined,
    secured: undefined,
    rttMs: 0,
    refusal: undefined,
    attempts: [],
    aliases: undefined,
    resolved: undefined,
    inside: [],
    ...parts,
  };
}

/** What is known of an upstream that refused, after another had not answered. */
export function refusal(parts: Partial<UpstreamRefusal> = {}): UpstreamRefusal {
  return {
    address: '192.0.2.53:53',
    rttMs: 1.5,
    aa: false,
    ra: true,
    tc: false,
    ede: [{ code: 18, text: 'not you' }],
    verdict: 'client-acl',
    scope: 'server',
    confidence: 'high',
    evidence: 'EDE 18',
    attempts: [
      { upstream: '192.0.2.52:53', transport: 'udp', result: 'timeout', rttMs: 2000 },
      { upstream: '192.0.2.53:53', transport: 'udp', result: 'REFUSED', rttMs: 1.5 },
    ],
    ...parts,
  };
}

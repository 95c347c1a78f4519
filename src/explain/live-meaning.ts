/** What the answers of upstreams mean for a decision, in words. */

import type { Attempt, UpstreamRefusal } from '../decision/upstream-refusal.ts';
import { fateOf, type Probe } from '../diagnose/probe.ts';
import type { DecisionRecord } from '../observe/decision-filter.ts';
import type { TraceStep } from '../policy/trace.ts';
import type { UpstreamAccount } from './live-upstreams.ts';

/** The parts of a record about the result of forwarding. */
interface Forwarded {
  readonly layer: TraceStep['layer'];
  readonly action: string;
  readonly rcode?: string;
  readonly rule: NonNullable<TraceStep['rule']>;
  readonly trigger?: string;
  readonly match?: string;
  readonly upstream?: Pick<UpstreamRefusal, 'address' | 'rttMs'> & Partial<UpstreamRefusal>;
  readonly attempts?: readonly (Pick<Attempt, 'rttMs'> & {
    readonly address: string;
    readonly rcode: string;
  })[];
}

/** What came of forwarding, as one more step of a trace. */
export function stepOf(decision: DecisionRecord): TraceStep {
  const { layer, action, rule, ...rest } = decision as unknown as Forwarded;
  return { layer, verdict: action, rule, why: whyOf({ layer, action, rule, ...rest }) };
}

function whyOf({ layer, rcode, trigger, match, upstream, attempts = [] }: Forwarded): string {
  if (layer === 'policy') return `${trigger} ${match} in the answer of the upstream`;
  const others = attempts
    .filter(({ address }) => address !== upstream?.address)
    .map((one) => `; ${one.address}: ${one.rcode}`)
    .join('');
  if (upstream === undefined) return others === '' ? 'no server to ask' : others.slice(2);
  const { address, rttMs, verdict, confidence, evidence } = upstream;
  const answer = `${address} answers ${rcode} in ${rttMs.toFixed(1)} ms`;
  if (verdict === undefined) return answer + others;
  return `${answer}: ${verdict} (${confidence} confidence): ${evidence}${others}`;
}

/** The decision and each upstream's answer to the same question, in a sentence. */
export function meaningOf(decision: DecisionRecord, live: readonly UpstreamAccount[]): string {
  const { layer, action, upstream } = decision as unknown as Forwarded;
  if (layer !== 'upstream') {
    const here = action === 'forward' ? 'forwarded' : `decided here, by ${layer}`;
    return `${here}; ${countFates(live)}`;
  }
  if (action === 'forward') return `answered by the upstream ${upstream?.address}`;
  if (action === 'refuse') {
    const address = upstream?.address ?? '';
    return `refused by the upstream ${address}, not here; ${nextFor(address, decision)}`;
  }
  return 'no upstream has an answer: what is sent is SERVFAIL, which is no refusal';
}

/** What the upstreams answer when asked directly: it shows whether the refusal here is the only one. */
function countFates(live: readonly UpstreamAccount[]): string {
  if (live.length === 0) return 'no upstream is there for the name';
  const fates = live.map(({ address, question }) => `${address} ${wordOf(question)}`);
  return `asked directly, ${fates.join(', ')}`;
}

function wordOf(probe: Probe): string {
  const fate = fateOf(probe);
  if (fate === 'refused') return 'refuses it too';
  return fate === 'silent' ? `does not answer (${probe.silence})` : `answers ${probe.rcode}`;
}

function nextFor(address: string, { qname, qtype }: DecisionRecord): string {
  const server = address.replace(/^tcp:\/\//, '');
  return `next: rcode5 diagnose ${qname} --type ${qtype} --server ${server}`;
}

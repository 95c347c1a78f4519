/** What comes of asking an upstream group: its answer, its refusal, or nothing at all. */

import type { Entry } from '../../config/kind.ts';
import type { Rule, Verdict, VerdictTable } from '../../decision/verdict.ts';
import { Ede } from '../../wire/registry.ts';

export interface UpstreamVerdicts {
  readonly refused: Verdict;
  /** Every server was down or refused the connection (EDE 22). */
  readonly unreachable: Verdict;
  /** A server was asked and did not answer in time (EDE 23). */
  readonly timedOut: Verdict;
  /** The answer is too large for a datagram, and there is no TCP (EDE 22). */
  readonly tooLarge: Verdict;
  /** The servers lead back here. */
  readonly looped: Verdict;
}

export function compileUpstream(group: Entry<unknown>, verdicts: VerdictTable): UpstreamVerdicts {
  const rule = (suffix = ''): Rule => ({
    id: `upstreams.${group.key}${suffix}`,
    file: group.place.file,
    line: group.place.line,
    implicit: false,
  });
  const fail = (ede: number, suffix?: string) =>
    verdicts.add({ layer: 'upstream', action: 'fail', rule: rule(suffix), ede, explained: true });
  return {
    refused: verdicts.add({ layer: 'upstream', action: 'refuse', rule: rule(), explained: true }),
    unreachable: fail(Ede.NO_REACHABLE_AUTHORITY),
    timedOut: fail(Ede.NETWORK_ERROR),
    tooLarge: fail(Ede.NO_REACHABLE_AUTHORITY, ' answer too large for UDP, and no TCP'),
    looped: fail(Ede.NO_REACHABLE_AUTHORITY, ' leads back to this server'),
  };
}

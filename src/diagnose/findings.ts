/** One finding for each server, and one for all of them. */

import type { Scope } from '../decision/upstream-refusal.ts';
import { advise } from './advice.ts';
import { conclude } from './conclude.ts';
import type { Inference } from './inference.ts';
import { isEmpty, lastOf } from './plan.ts';
import { fateOf } from './probe.ts';
import { Situation, type Visit } from './situation.ts';

/** What a server was found to do, and to whom. */
export interface Finding extends Omit<Inference, 'scope'> {
  /** What a refusal is about; null where nothing is refused. */
  readonly scope: Scope | null;
  readonly server: string;
  readonly source: string;
  /** What would settle a doubt, and where the reason is configured. */
  readonly next: readonly string[];
  /** The same for every source, where there are several. */
  readonly sources: readonly SourceFinding[];
}

export type SourceFinding = Pick<
  Finding,
  'source' | 'verdict' | 'scope' | 'confidence' | 'summary'
>;

/** One finding for each server, in the order of the visits. */
export function findingsOf(visits: readonly Visit[]): Finding[] {
  const servers = [...new Set(visits.map(serverOf))];
  return servers.map((server) => {
    const here = visits.filter((visit) => serverOf(visit) === server);
    const others = visits.filter((visit) => serverOf(visit) !== server);
    const judged = here.map((visit) => {
      const siblings = here.filter((one) => one !== visit);
      const situation = new Situation(visit, siblings, others);
      return { situation, conclusion: conclude(situation) };
    });
    const { situation, conclusion } = judged.toSorted((a, b) => weigh(a) - weigh(b))[0]!;
    return {
      server,
      source: situation.source,
      ...conclusion,
      scope: conclusion.scope ?? null,
      evidence: [...conclusion.evidence, ...answersOfOthers(situation, conclusion)],
      next: advise(situation, conclusion),
      sources: judged.map((one) => ({
        source: one.situation.source,
        verdict: one.conclusion.verdict,
        scope: one.conclusion.scope ?? null,
        confidence: one.conclusion.confidence,
        summary: one.conclusion.summary,
      })),
    };
  });
}

/** The finding that answers the question who refuses: the first refusal, or else what there is. */
export function mainFinding(findings: readonly Finding[], visits: readonly Visit[]): Finding {
  const isRefused = ({ server, source }: Finding) =>
    visits.some((visit) => {
      const ask = lastOf(visit, 'ask')!;
      return ask.server === server && ask.source === source && fateOf(ask) === 'refused';
    });
  return (
    findings.find(isRefused) ??
    findings.find(({ verdict }) => verdict !== 'no-refusal' && verdict !== 'dead') ??
    findings.find(({ verdict }) => verdict !== 'no-refusal') ??
    findings[0]!
  );
}

/** A refusal counts before another finding, and that before none. */
function weigh({ situation, conclusion }: { situation: Situation; conclusion: Inference }): number {
  if (conclusion.verdict === 'no-refusal') return 2;
  return fateOf(situation.ask) === 'refused' ? 0 : 1;
}

/** Whether it is this server alone. */
function answersOfOthers({ others, ask }: Situation, { verdict }: Inference): string[] {
  if (verdict === 'no-refusal' || verdict === 'upstream') return [];
  return others
    .map((visit) => lastOf(visit, 'ask')!)
    .filter(
      (other) => other.source === ask.source && fateOf(other) === 'answered' && !isEmpty(other),
    )
    .map(
      ({ server, rcode, answers }) =>
        `${server} answers the same: ${rcode}, ${answers} ${answers === 1 ? 'record' : 'records'}`,
    );
}

function serverOf(visit: Visit): string {
  return visit[0]!.server;
}

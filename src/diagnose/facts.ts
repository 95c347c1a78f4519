/** From what was asked on purpose to the facts that the causes of refusals are inferred from. */

import { type History, NOTHING_LATELY, type RefusalFacts } from '../decision/refusal-facts.ts';
import { parseType, RrType } from '../wire/registry.ts';
import { fateOf, type Probe } from './probe.ts';
import type { Situation } from './situation.ts';

/** No code: a refusal without an Extended DNS Error. */
const NO_CODE = -1;

/** The refusal of the question itself, and all that is known beside it. */
export function factsOf(situation: Situation, ask: Probe = situation.ask): RefusalFacts {
  const { probes } = situation;
  const others = othersOf(situation);
  const known = probes.filter((one) => one.class === 'IN' && one.burst === undefined);
  const answers = known.filter((one) => fateOf(one) === 'answered');
  const atRoot = situation.fate('type-at-root');
  return {
    signs: {
      ...ask,
      rttMs: ask.ms,
      byUdp: ask.transport === 'udp',
      ecs: false,
      type: parseType(ask.type) ?? RrType.ANY,
      operation: situation.isTransfer ? ask.type : undefined,
    },
    lately: {
      ...NOTHING_LATELY,
      answered: namesOf(others.filter((one) => fateOf(one) === 'answered')),
      refused: namesOf(others.filter((one) => fateOf(one) === 'refused')),
      typesAnswered: typesAnsweredOf(situation),
      typeAnsweredElsewhere: atRoot === 'answered' ? 1 : 0,
      typeRefusedElsewhere: atRoot === 'refused' ? 1 : 0,
      recurses: known.some(({ ra }) => ra),
      answersRecursively: answers.some(({ ra }) => ra),
      isAuthoritative: answers.some(({ aa, ra }) => aa && !ra),
      codesElsewhere: others
        .filter((one) => fateOf(one) === 'refused')
        .map(({ ede }) => ede[0]?.code ?? NO_CODE),
      identity: situation.isIdentityRefused ? '' : situation.identity?.texts[0],
      program: situation.program,
      ...localOf(situation),
      neutralRefused: situation.fate('root') === 'refused',
      byTcp: situation.fate('tcp') === 'refused' ? 'refused' : undefined,
    },
    siblings: { count: 0, refused: 0 },
    findings: {
      foreignNode: foreignNodeOf(situation),
      answeredSource: situation.answeredSibling?.source,
      copiesRd: situation.copiesRd,
      heldZone: situation.heldZone,
      holdsName: situation.holdsName,
    },
  };
}

/** What was asked with EDNS, as a client asks, for other names; each question once. */
function othersOf({ ask, probes }: Situation): Probe[] {
  return probes.filter((one) => {
    // What a resolver answers for the root by itself shows nothing of other names.
    if (one.probe === 'root' && one.aa && one.ra) return false;
    const isLike = one.class === 'IN' && one.rd && one.edns && !one.again;
    return isLike && one.name !== ask.name && one.probe !== 'localhost' && one.burst === undefined;
  });
}

/** What is refused without its question may be all that the server does not hold itself. */
function localOf(situation: Situation): Partial<Pick<History, 'localAnswered'>> {
  const fate = situation.fate('localhost');
  return fate === undefined ? {} : { localAnswered: fate !== 'refused' };
}

function namesOf(probes: readonly Probe[]): number {
  return new Set(probes.map(({ name }) => name)).size;
}

function typesAnsweredOf(situation: Situation): number[] {
  const type = situation.last('other-type')?.type;
  if (type === undefined || !situation.isAnswered('other-type')) return [];
  return [parseType(type) ?? RrType.ANY];
}

/**
 * An identity is of one hop (RFC 5001): one that comes with the refusal, and not with what else
 * this address answers, is that of a node behind.
 */
function foreignNodeOf({ ask, probes }: Situation): string | undefined {
  if (ask.nsid === undefined) return undefined;
  const answered = probes.filter((one) => {
    return one.class === 'IN' && one.edns && fateOf(one) === 'answered';
  });
  return answered.some(({ nsid }) => nsid !== ask.nsid) ? ask.nsid : undefined;
}

/** What is known of a refusal and of the server that sent it: all that its cause is inferred from. */

import type { ExtendedError } from '../wire/opt.ts';

/** The parts of a refusing message, and of the question it is for, that are evidence. */
export interface RefusalSigns {
  readonly aa: boolean;
  readonly ra: boolean;
  readonly tc: boolean;
  readonly hasQuestion: boolean;
  readonly ede: readonly ExtendedError[];
  readonly rttMs: number;
  /** It came as a datagram, in answer to one. */
  readonly byUdp: boolean;
  /** The query asked for recursion. */
  readonly rd: boolean;
  /** The query carried a Client Subnet (RFC 7871): only a signed one does, which goes as it is. */
  readonly ecs: boolean;
  /** The type that was asked for. */
  readonly type: number;
  /** What servers permit to few: `AXFR`, `UPDATE`. */
  readonly operation: string | undefined;
}

/** Shares of questions, from 0 to 1, in a server's busier and its calmer seconds. */
export interface LoadShares {
  readonly busy: number;
  readonly calm: number;
}

/** What a server did by TCP with a question that it had refused by UDP. */
export type FateByTcp = 'answered' | 'refused';

/** What a server did in the last minute. */
export interface History {
  /** Questions for other names. */
  readonly answered: number;
  readonly refused: number;
  /** This very question was answered, or refused, with RD=1. */
  readonly sameAnswered: boolean;
  readonly sameRefused: boolean;
  /** Other types of this name that were answered. */
  readonly typesAnswered: readonly number[];
  /** Questions for other names, but of this type. */
  readonly typeAnsweredElsewhere: number;
  readonly typeRefusedElsewhere: number;
  /** Questions that were refused and then answered. */
  readonly recanted: number;
  /** Questions that it refused and a server beside it answered. */
  readonly overruled: number;
  /** It sent RA=1 to somebody; it answered with RA=1; it answered with AA=1 and RA=0. */
  readonly recurses: boolean;
  readonly answersRecursively: boolean;
  readonly isAuthoritative: boolean;
  /** The INFO-CODEs of its refusals of other names; -1 for none. */
  readonly codesElsewhere: readonly number[];
  /** The quickest of its answers in milliseconds, when there were enough. */
  readonly quickestMs: number | undefined;
  /** Shares of refusals in its busier and its calmer seconds, when they differ in load. */
  readonly load: LoadShares | undefined;
  /** The answer to a control question for CHAOS id.server; empty for REFUSED. */
  readonly identity: string | undefined;
  /** The program, if it names itself (CHAOS version.bind), or its answers have a form of its own. */
  readonly program: string | undefined;
  /** A name that no rule is about was refused: that of a probe, or the root. */
  readonly neutralRefused: boolean;
  /** Whether it answers for localhost, which most servers hold; undefined when it was not asked. */
  readonly localAnswered: boolean | undefined;
  /** What became of this very question by TCP, after it was refused by UDP. */
  readonly byTcp: FateByTcp | undefined;
  /** CHAOS id.server was refused by UDP, and not by TCP. */
  readonly identityByTcp: boolean;
}

/** Nothing is known of the server. */
export const NOTHING_LATELY: History = {
  answered: 0,
  refused: 0,
  sameAnswered: false,
  sameRefused: false,
  typesAnswered: [],
  typeAnsweredElsewhere: 0,
  typeRefusedElsewhere: 0,
  recanted: 0,
  overruled: 0,
  recurses: false,
  answersRecursively: false,
  isAuthoritative: false,
  codesElsewhere: [],
  quickestMs: undefined,
  load: undefined,
  identity: undefined,
  program: undefined,
  localAnswered: undefined,
  neutralRefused: false,
  byTcp: undefined,
  identityByTcp: false,
};

/** The servers beside it in its group, and how many of them have refused this question too. */
export interface Siblings {
  readonly count: number;
  readonly refused: number;
}

/** What only somebody knows who has asked on purpose, from one address or several. */
export interface Findings {
  /** The refusal has the identity of a node that its other answers do not have. */
  readonly foreignNode: string | undefined;
  /** Another address that this server answers. */
  readonly answeredSource: string | undefined;
  /** RA is a copy of RD in what it writes itself. */
  readonly copiesRd: boolean;
  /** A zone for which it answered with authority, and whether the name belongs to it. */
  readonly heldZone: string | undefined;
  readonly holdsName: boolean;
}

export interface RefusalFacts {
  readonly signs: RefusalSigns;
  readonly lately: History;
  readonly siblings: Siblings;
  readonly findings?: Findings;
}

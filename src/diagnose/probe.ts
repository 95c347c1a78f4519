/** One question that was asked and what came of it: what the table and `--json` show. */

import { formatName } from '../wire/name.ts';
import { formatClass, formatType } from '../wire/registry.ts';
import type { ProbeName, Question } from './question.ts';
import type { Exchange, Reply } from './reply.ts';

/** How often a burst was asked, and what came of each. */
export interface BurstCount {
  readonly sent: number;
  readonly answered: number;
  readonly refused: number;
  readonly truncated: number;
  readonly silent: number;
}

export interface Probe extends Omit<Reply, 'rcode'> {
  readonly server: string;
  readonly source: string;
  readonly probe: ProbeName;
  /** The second time it was asked, to see whether the answer is still the same. */
  readonly again: boolean;
  readonly name: string;
  readonly type: string;
  readonly class: string;
  readonly transport: 'udp' | 'tcp';
  readonly rd: boolean;
  readonly edns: boolean;
  readonly cd: boolean;
  /** Absent when there was no answer; then `silence` is the reason. */
  readonly rcode?: string;
  readonly silence?: string;
  readonly ms: number;
  readonly burst?: BurstCount;
}

const NOTHING = {
  aa: false,
  ra: false,
  tc: false,
  answers: 0,
  hasQuestion: false,
  hasOpt: false,
  ede: [],
  texts: [],
} as const;

/** What became of a question to `server` from `source`. */
export function probeOf(
  { server, source }: Pick<Probe, 'server' | 'source'>,
  question: Question,
  outcome: Exchange,
): Probe {
  const { probe, transport, rd, edns, again = false, cd = false } = question;
  return {
    server,
    source,
    probe,
    again,
    name: formatName(question.name),
    type: formatType(question.type),
    class: formatClass(question.rrClass),
    transport,
    rd,
    edns,
    cd,
    ...NOTHING,
    ...('reply' in outcome ? outcome.reply : { silence: outcome.silence }),
    ms: outcome.ms,
  };
}

/** The result of a probe, by its rcode. */
export type Fate = 'answered' | 'refused' | 'failed' | 'odd' | 'silent';

const FATES: Readonly<Record<string, Fate>> = {
  NOERROR: 'answered',
  NXDOMAIN: 'answered',
  REFUSED: 'refused',
  SERVFAIL: 'failed',
};

export function fateOf({ rcode }: Probe): Fate {
  return rcode === undefined ? 'silent' : (FATES[rcode] ?? 'odd');
}

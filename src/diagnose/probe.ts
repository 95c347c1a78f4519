/** One question that was asked and what came of it: what the table and `--json` show. */

import type { TlsFaultReason } from '../transport/tls-fault.ts';
import { formatName } from '../wire/name.ts';
import { formatClass, formatType } from '../wire/registry.ts';
import { OTHER_WAY, type ProbeName, type Question } from './question.ts';
import type { Exchange, Reply, SecureFacts } from './reply.ts';

/** How often a burst was asked, and what came of each. */
export interface BurstCount {
  readonly sent: number;
  readonly answered: number;
  readonly refused: number;
  readonly truncated: number;
  readonly silent: number;
}

export interface Probe extends Omit<Reply, 'rcode'>, SecureFacts {
  readonly server: string;
  readonly source: string;
  readonly probe: ProbeName;
  /** The second time it was asked, to see whether the answer is still the same. */
  readonly again: boolean;
  readonly name: string;
  readonly type: string;
  readonly class: string;
  readonly transport: 'udp' | 'tcp' | 'dot' | 'doh';
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

/** Whom it was asked, and how: `protocol` is that of a server that is asked by TLS or HTTPS. */
export interface ProbeLabels extends Pick<Probe, 'server' | 'source'> {
  readonly protocol?: 'dot' | 'doh' | undefined;
}

/** What became of a question to `server` from `source`. */
export function probeOf(
  { server, source, protocol }: ProbeLabels,
  question: Question,
  outcome: Exchange,
): Probe {
  const { probe, rd, edns, again = false, cd = false } = question;
  const { ms, tls, status } = outcome;
  // By TCP it was asked to see whether plain DNS is spoken there.
  const secure = question.isOtherWay && protocol ? OTHER_WAY[protocol] : protocol;
  const transport = question.transport === 'tcp' ? 'tcp' : (secure ?? 'udp');
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
    ms,
    ...(tls !== undefined && { tls: { reason: tls.reason, evidence: tls.evidence } }),
    ...(status !== undefined && { status }),
  };
}

/** What a certificate can be found at fault for: the server can be asked all the same. */
export const CERTIFICATE_FAULTS: readonly TlsFaultReason[] = [
  ...(['expired', 'not-yet-valid', 'name', 'authority', 'pin'] as const),
];

/** Why TLS did not come about; undefined when it did. */
export function handshakeFault({ tls }: Pick<Probe, 'tls'>): TlsFaultReason | undefined {
  return tls === undefined || CERTIFICATE_FAULTS.includes(tls.reason) ? undefined : tls.reason;
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

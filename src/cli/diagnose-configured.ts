/** What a server's own configuration decides about the question that it was asked: the line behind the verdict of `diagnose`. */

import { now } from '../clock.ts';
import type { Finding } from '../diagnose/findings.ts';
import type { Target } from '../diagnose/plan.ts';
import { fateOf } from '../diagnose/probe.ts';
import type { Visit } from '../diagnose/situation.ts';
import { policySide, type Side } from '../explain/comparison.ts';
import { listenersOf } from '../explain/question.ts';
import type { Policy } from '../policy/compile.ts';
import { formatName } from '../wire/name.ts';
import { Opcode, RrClass } from '../wire/registry.ts';

export interface Configured {
  /** `forward`, `silence`, or the rcode that the configuration leads to. */
  readonly fate: string;
  /** `recursion no at named.conf:16` */
  readonly rule: string;
  /** Whether that is what the server has done. */
  readonly agrees: boolean;
}

export type ConfiguredFinding = Finding & { readonly configured?: Configured };

/** Adds it to the server that the configuration is of: the one that it listens as, else the first. */
export function withConfigured(
  findings: readonly Finding[],
  { visits, target, policy }: { visits: readonly Visit[]; target: Target; policy: Policy },
): readonly ConfiguredFinding[] {
  const listeners = listenersOf(policy);
  const own = findings.find(({ server }) => listeners.includes(server)) ?? findings[0];
  return findings.map((finding) => {
    if (finding !== own) return finding;
    const { server, source } = finding;
    const side = policySide(policy, questionOf(target, source, listeners.indexOf(server)), now());
    const ask = visits.find((visit) => visit[0]?.server === server && visit[0].source === source);
    const rule = side.rule!;
    return { ...finding, configured: { fate: side.fate, rule, agrees: isDone(side, ask) } };
  });
}

function questionOf({ name, type }: Target, client: string, listener: number) {
  return {
    ...{ client, type, name: formatName(name) },
    ...{ rrClass: RrClass.IN, opcode: Opcode.QUERY, transport: 'udp' as const },
    ...{ recursionDesired: true, dnssecOk: false, listener: Math.max(0, listener) },
  };
}

/** Answers of others can be anything. */
function isDone({ fate }: Side, visit: Visit | undefined): boolean {
  const ask = visit?.[0];
  if (ask === undefined || fateOf(ask) === 'silent') return fate === 'silence';
  return fate === 'forward' ? ask.rcode !== 'REFUSED' : fate === ask.rcode;
}

/** A line for people. */
export function formatConfigured({ fate, rule, agrees }: Configured): string {
  const decided = `${rule} (${fate})`;
  if (agrees) return decided;
  return `${decided}: that is not what it did; it runs another configuration, or somebody before it decides`;
}

/** What to ask a server next, after its answers so far: the playbook, in its order. */

import { parseName } from '../wire/name.ts';
import { Ede, RrClass, RrType } from '../wire/registry.ts';
import { fateOf, type Probe } from './probe.ts';
import type { ProbeName, Question } from './question.ts';

/** What somebody wants to know. */
export interface Target {
  /** Uncompressed wire format. */
  readonly name: Uint8Array;
  readonly type: number;
  /** Whether to look for a rate limit without being led to it. */
  readonly burst: boolean;
}

/** Questions of a burst: more than a sane limit lets a client have at once, and no load. */
export const BURST = 20;
/** How many names upwards, and how many questions are asked a second time. */
const MAX_CLIMB = 4;
const MAX_AGAIN = 3;

const ROOT = new Uint8Array(1);
const ID_SERVER = nameOf('id.server');
const LOCALHOST = nameOf('localhost');
const VERSION_BIND = nameOf('version.bind');

type Step = (target: Target, probes: readonly Probe[]) => Question[];

const STEPS: readonly Step[] = [
  askFirst,
  askOtherwise,
  askAboutZone,
  askLocal,
  climbToZone,
  askOtherType,
  askTypeElsewhere,
  climbToAnswer,
  askWithoutValidation,
  askAgain,
];

/** The next few questions, which may be asked at once; none when there is nothing left to learn. */
export function nextQuestions(target: Target, probes: readonly Probe[]): Question[] {
  if (isDead(probes)) return [];
  for (const step of STEPS) {
    const questions = step(target, probes);
    if (questions.length > 0) return questions;
  }
  return [];
}

/** Whether all that was asked first met silence: then no more is asked. */
export function isDead(probes: readonly Probe[]): boolean {
  return probes.length > 0 && probes.every((probe) => fateOf(probe) === 'silent');
}

/** The question to ask many times at once; undefined when nothing leads there. */
export function burstQuestion(target: Target, probes: readonly Probe[]): Question | undefined {
  if (isDead(probes)) return undefined;
  const isSuspect = isUnsteady(probes) || probes.some(saysRateLimited);
  return target.burst || isSuspect ? { ...variant(target), probe: 'burst' } : undefined;
}

/** Whether a question that was asked twice was answered in two ways. */
export function isUnsteady(probes: readonly Probe[]): boolean {
  return probes.some((probe) => {
    const before = probes.find((one) => one.probe === probe.probe && one.name === probe.name);
    return (
      probe.again && (fateOf(probe) !== fateOf(before!) || isEmpty(probe) !== isEmpty(before!))
    );
  });
}

/** Whether the answer is nothing but "come by TCP". */
export function isEmpty({ tc, answers }: Probe): boolean {
  return tc && answers === 0;
}

/** A server that limits rates reports it in one of its answers. */
export function saysRateLimited({ ede }: Pick<Probe, 'ede'>): boolean {
  return ede.some(({ code }) => code === Ede.RATE_LIMITED || code === Ede.OVER_QUOTA);
}

export function isTransfer(type: number): boolean {
  return type === RrType.AXFR || type === RrType.IXFR;
}

/** The last time that something was asked. */
export function lastOf(probes: readonly Probe[], name: ProbeName): Probe | undefined {
  return probes.findLast(({ probe }) => probe === name);
}

function askFirst(target: Target, probes: readonly Probe[]): Question[] {
  if (lastOf(probes, 'ask') !== undefined) return [];
  const { name, type } = target;
  return [
    isTransfer(type)
      ? question('ask', { name, type, transport: 'tcp' })
      : question('ask', { name, type }),
    { ...variant(target), probe: 'tcp', transport: 'tcp' },
    question('root', { type: RrType.NS }),
  ];
}

function askOtherwise(target: Target, probes: readonly Probe[]): Question[] {
  if (lastOf(probes, 'no-rd') !== undefined) return [];
  return [
    { ...variant(target), probe: 'no-rd', rd: false },
    { ...variant(target), probe: 'plain', edns: false },
    question('id.server', { name: ID_SERVER, type: RrType.TXT, rrClass: RrClass.CH }),
  ];
}

function askAboutZone({ name }: Target, probes: readonly Probe[]): Question[] {
  if (lastOf(probes, 'version.bind') !== undefined) return [];
  return [
    question('version.bind', { name: VERSION_BIND, type: RrType.TXT, rrClass: RrClass.CH }),
    question('soa', { name, type: RrType.SOA, rd: false }),
  ];
}

/** Whether it refuses all, or all but what it holds itself. */
function askLocal(_target: Target, probes: readonly Probe[]): Question[] {
  const isBare = probes.some((one) => one.rcode === 'REFUSED' && !one.hasQuestion);
  if (!isBare || lastOf(probes, 'localhost') !== undefined) return [];
  return [question('localhost', { name: LOCALHOST })];
}

function climbToZone(target: Target, probes: readonly Probe[]): Question[] {
  return climb(target, probes, 'soa', (probe) => probe.soa !== undefined);
}

/** Asked again and again, each time one label higher, until `isDone` with an answer. */
function climb(
  { name }: Target,
  probes: readonly Probe[],
  probe: 'soa' | 'parent',
  isDone: (probe: Probe) => boolean,
): Question[] {
  const asked = probes.filter((one) => one.probe === probe);
  const last = asked.at(-1);
  if (asked.length >= MAX_CLIMB) return [];
  if (last !== undefined && (fateOf(last) === 'silent' || isDone(last))) return [];
  const above = ancestor(name, probe === 'soa' ? asked.length : asked.length + 1);
  return above === undefined
    ? []
    : [question(probe, { name: above, type: RrType.SOA, rd: probe === 'parent' })];
}

function askOtherType({ name, type }: Target, probes: readonly Probe[]): Question[] {
  if (lastOf(probes, 'other-type') !== undefined || isTransfer(type)) return [];
  if (!wasDenied(probes)) return [];
  return [question('other-type', { name, type: type === RrType.A ? RrType.TXT : RrType.A })];
}

function askTypeElsewhere({ type }: Target, probes: readonly Probe[]): Question[] {
  const other = lastOf(probes, 'other-type');
  if (other === undefined || fateOf(other) !== 'answered') return [];
  return lastOf(probes, 'type-at-root') === undefined ? [question('type-at-root', { type })] : [];
}

function climbToAnswer(target: Target, probes: readonly Probe[]): Question[] {
  const root = lastOf(probes, 'root');
  if (!wasDenied(probes) || fateOf(root!) !== 'answered') return [];
  return climb(target, probes, 'parent', (probe) => fateOf(probe) === 'answered');
}

function askWithoutValidation(target: Target, probes: readonly Probe[]): Question[] {
  if (fateOf(lastOf(probes, 'ask')!) !== 'failed' || lastOf(probes, 'cd') !== undefined) return [];
  return [{ ...variant(target), probe: 'cd', cd: true }];
}

/**
 * What was denied one time and answered another way may be a rule, or the limit of a rate:
 * asked again a little later, the one is still there and the other is not. Silence was asked
 * again already.
 */
function askAgain(target: Target, probes: readonly Probe[]): Question[] {
  if (probes.some(({ again }) => again)) return [];
  const first = askFirst(target, []).concat(askOtherwise(target, []));
  // Who has authority over the name need not know the root.
  const isHeld = lastOf(probes, 'ask')!.aa;
  const alike = first.filter(
    ({ probe, rd, rrClass }) => rd && rrClass === RrClass.IN && !(isHeld && probe === 'root'),
  );
  const fates = alike.map((one) => ({ one, probe: lastOf(probes, one.probe)! }));
  const denied = fates.filter(({ probe }) => isDenied(probe) || isEmpty(probe));
  if (denied.length === fates.length || denied.some(({ probe }) => isExplained(probe))) return [];
  return denied
    .filter(({ probe }) => probe.silence === undefined)
    .slice(0, MAX_AGAIN)
    .map(({ one }) => ({ ...one, again: true }));
}

/** Whether the server has reported itself that it is a rule. */
function isExplained({ ede }: Probe): boolean {
  return (
    ede.some(({ code }) => !(code === Ede.OTHER || code === Ede.NOT_READY)) &&
    !saysRateLimited({ ede })
  );
}

function wasDenied(probes: readonly Probe[]): boolean {
  return isDenied(lastOf(probes, 'ask')!);
}

function isDenied(probe: Probe): boolean {
  return !['answered', 'failed'].includes(fateOf(probe));
}

/** The question by UDP with all that is usual; of a transfer, the question that precedes it. */
function variant({ name, type }: Target): Question {
  return question('ask', { name, type: isTransfer(type) ? RrType.SOA : type });
}

function question(probe: ProbeName, parts: Partial<Question>): Question {
  const usual = { name: ROOT, type: RrType.A, rrClass: RrClass.IN, transport: 'udp' } as const;
  return { ...usual, rd: true, edns: true, ...parts, probe };
}

/** The name `count` labels above; the root, which has a probe of its own, is not among them. */
function ancestor(name: Uint8Array, count: number): Uint8Array | undefined {
  let at = 0;
  for (let i = 0; i < count && name[at] !== 0; i++) at += name[at]! + 1;
  return name[at] === 0 ? undefined : name.subarray(at);
}

function nameOf(text: string): Uint8Array {
  return parseName(text) as Uint8Array;
}

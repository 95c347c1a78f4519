/**
 * What happens on the wire, as text, a step in each line:
 *
 *     query 127.0.0.1 udp 0001010000010000…
 *     fit 0000818000010001…     an upstream answers; ID and question are those that it was asked
 *     answer 00008180…          an upstream sends this as it is
 *     check 0000818000010001…   the same as `fit` for what the program asks for its own sake
 *     wait 250                  milliseconds
 *     fail                      the connection to the upstream asked last breaks
 *     reload
 */

import { mutate } from './mutate.ts';
import type { Random } from './random.ts';

export interface QueryStep {
  readonly kind: 'query';
  readonly client: string;
  readonly transport: 'udp' | 'tcp';
  readonly octets: Uint8Array;
}

const ANSWER_KINDS = ['fit', 'answer', 'check'] as const;

export interface AnswerStep {
  readonly kind: (typeof ANSWER_KINDS)[number];
  readonly octets: Uint8Array;
}

export type Step =
  | QueryStep
  | AnswerStep
  | { readonly kind: 'wait'; readonly milliseconds: number }
  | { readonly kind: 'fail' | 'reload' };

/** Clients that the configuration of the fuzzer treats in different ways. */
const CLIENTS: readonly string[] = [
  ...['127.0.0.1', '127.0.0.5', '127.0.0.6', '127.0.0.7', '10.30.0.1', '10.31.0.1', '10.99.0.1'],
  ...['10.98.0.1', '10.97.0.1', '10.96.0.1', '203.0.113.9', '::1', '2001:db8:30::1'],
];
const WAITS: readonly number[] = [0, 25, 100, 250, 600, 1100, 6000];
/** Steps of a case at most. */
const MOST_STEPS = 40;

export function parseCase(text: Uint8Array): Step[] {
  const lines = Buffer.from(text).toString('latin1').split('\n');
  return lines.filter((line) => line !== '' && !line.startsWith('#')).map(parseStep);
}

function parseStep(line: string): Step {
  const [kind, ...rest] = line.split(' ');
  const octets = new Uint8Array(Buffer.from(rest.at(-1) ?? '', 'hex'));
  if (kind === 'query') {
    const transport = rest[1] === 'tcp' ? 'tcp' : 'udp';
    return { kind, client: rest[0]!, transport, octets };
  }
  if (kind === 'wait') return { kind, milliseconds: Number(rest[0]) };
  if (kind === 'fail' || kind === 'reload') return { kind };
  const found = ANSWER_KINDS.find((one) => one === kind);
  if (found === undefined) throw new Error(`"${kind}" is no step`);
  return { kind: found, octets };
}

export function formatCase(steps: readonly Step[]): Uint8Array {
  const lines = steps.map((step) => {
    const hex = 'octets' in step ? Buffer.from(step.octets).toString('hex') : '';
    if (step.kind === 'query') return `query ${step.client} ${step.transport} ${hex}`;
    if (step.kind === 'wait') return `wait ${step.milliseconds}`;
    return 'octets' in step ? `${step.kind} ${hex}` : step.kind;
  });
  return new TextEncoder().encode(`${lines.join('\n')}\n`);
}

/** A changed copy: other octets, another order, other clients, a part of another case. */
export function mutateCase(text: Uint8Array, random: Random, other: Uint8Array): Uint8Array {
  const steps = parseCase(text);
  const others = parseCase(other);
  for (let left = 1 + random.below(3); left > 0; left--) {
    const at = random.below(steps.length + 1);
    const step = steps[at];
    const change = random.below(10);
    if (change < 5 && step !== undefined) steps[at] = mutateStep(step, random, others);
    else if (change === 5) steps.splice(at, 1);
    else if (change === 6) steps.splice(at, 0, { kind: 'wait', milliseconds: random.pick(WAITS) });
    else if (change === 7) steps.splice(at, 0, random.pick([...steps, ...others]));
    else if (change === 8) steps.push(...others.slice(random.below(others.length)));
    else steps.splice(at, 0, ...steps.slice(0, random.below(4)));
  }
  return formatCase(steps.slice(0, MOST_STEPS));
}

function mutateStep(step: Step, random: Random, others: readonly Step[]): Step {
  if (step.kind === 'wait') return { kind: 'wait', milliseconds: random.pick(WAITS) };
  if (!('octets' in step)) return step;
  const other = random.pick(others);
  const material = { other: 'octets' in other ? other.octets : step.octets };
  if (step.kind !== 'query') {
    const kind = random.oneIn(10) ? random.pick(ANSWER_KINDS) : step.kind;
    return { kind, octets: mutate(step.octets, random, material) };
  }
  if (random.oneIn(4)) return { ...step, client: random.pick(CLIENTS) };
  if (random.oneIn(8)) return { ...step, transport: step.transport === 'udp' ? 'tcp' : 'udp' };
  return { ...step, octets: mutate(step.octets, random, material) };
}

/** A comparison as a change ticket has it. */

import type { Difference, Side } from '../../explain/comparison.ts';
import { escapeControls } from '../printable.ts';

/** Clients and questions of a difference that are named. */
const NAMED = 3;

export interface Comparison {
  readonly questions: number;
  readonly same: number;
  readonly passedOver: number;
  /** Questions that left from another address than that of their client. */
  readonly fromElsewhere: number;
  readonly differences: readonly Difference[];
}

export function formatComparison(comparison: Comparison, live: string): string {
  const { questions, same, differences, passedOver, fromElsewhere } = comparison;
  const head = `${questions - same} of ${questions} questions are decided otherwise than by ${live}\n`;
  const notes = [
    ...(fromElsewhere > 0
      ? [`${fromElsewhere} were asked from an address of this host, and are judged as from there\n`]
      : []),
    ...(passedOver > 0
      ? [`${passedOver} transfers, updates and notifications were not asked\n`]
      : []),
  ];
  return `${head}${notes.join('')}${differences.map(formatDifference).join('')}`;
}

function formatDifference({ live, ours, count, clients, questions }: Difference): string {
  return [
    `\n${count} ${count === 1 ? 'question' : 'questions'}: ${word(live)} -> ${word(ours)}`,
    `  live       ${described(live)}`,
    `  ours       ${described(ours)}`,
    `  clients    ${some(clients)}`,
    `  questions  ${some(questions)}`,
    '',
  ].join('\n');
}

function word({ fate }: Side): string {
  return fate;
}

function described({ decider, rule }: Side): string {
  const who = { policy: 'policy', 'own data': 'data of its own', protocol: 'the message' } as const;
  const by =
    decider === 'others' ? 'those that it asks' : decider === 'nobody' ? 'silence' : who[decider];
  return rule === undefined ? by : `${by}: ${rule}`;
}

function some(texts: ReadonlySet<string>): string {
  const shown = [...texts].sort().slice(0, NAMED).map(escapeControls).join(', ');
  const more = texts.size - NAMED;
  return more > 0 ? `${shown} and ${more} more` : shown;
}

export function toJson(comparison: Comparison): object {
  const { differences, ...counts } = comparison;
  return {
    changed: differences.length > 0,
    ...counts,
    differences: differences.map(({ clients, questions, ...rest }) => ({
      ...rest,
      clients: [...clients].sort(),
      questions: [...questions].sort(),
    })),
  };
}

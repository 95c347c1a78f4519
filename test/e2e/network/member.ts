/** What runs within a network namespace and does what it is told: asks, or answers. */

import { answerTo, Upstream } from '../../world/upstream.ts';
import { askMany, type Questions } from './asking.ts';

/** What a member can be told to do. */
const TASKS = {
  ask: (questions: Questions) => askMany(questions),
  /** Answers every question with 192.0.2.1. */
  async answer({ address, port }: { address: string; port: number }): Promise<void> {
    await Upstream.start(({ octets }) => answerTo(octets), { address, port });
  },
} as const;

export type Tasks = typeof TASKS;

export interface Order {
  readonly number: number;
  readonly task: keyof Tasks;
  readonly given: never;
}

export interface Report {
  readonly number: number;
  readonly result?: unknown;
  readonly error?: string;
}

process.on('message', ({ number, task, given }: Order) => {
  const done: Promise<unknown> = TASKS[task](given);
  done.then(
    (result) => process.send!({ number, result } satisfies Report),
    (error) => process.send!({ number, error: String(error) } satisfies Report),
  );
});
process.on('disconnect', () => process.exit());

/** Why a data thread does not serve, in sentences that name the step and what to do. */

import type { Config } from '../config/config.ts';
import { cannotListen } from '../config/listen-error.ts';
import { ConfigError } from '../config/problem.ts';
import { type Endpoint, formatEndpoint } from '../net/address.ts';
import { ThreadStep } from './thread-progress.ts';

interface StepText {
  readonly doing: string;
  /** What to look at when a thread stays at the step. */
  readonly expect: string;
}

const STEPS: Readonly<Record<ThreadStep, StepText>> = {
  [ThreadStep.STARTING]: {
    doing: 'starting',
    expect: 'a host that has room for threads: see its limits of tasks and memory',
  },
  [ThreadStep.LOADING]: {
    doing: 'loading the program',
    expect: 'files of the program that can be read: see the disk that they are on',
  },
  [ThreadStep.LOADING_NATIVE]: {
    doing: 'loading native code',
    expect: 'threads: 0 to work, which needs no native code',
  },
  [ThreadStep.COMPILING]: {
    doing: 'compiling the configuration',
    expect: 'memory for each thread: see whether this host swaps, or set fewer threads',
  },
  [ThreadStep.LISTENING]: {
    doing: 'opening its sockets',
    expect: 'threads: 0 to work, where the main thread opens them',
  },
  [ThreadStep.SERVING]: {
    doing: 'serving',
    expect: 'a thread that looks at its messages: restart the server, and report a defect',
  },
};

/** What to look at when a thread has ended by one of Node's errors. */
const EXPECT: Readonly<Record<string, string>> = {
  ERR_WORKER_OUT_OF_MEMORY: 'more memory, or fewer threads',
  ERR_WORKER_INIT_FAILED: STEPS[ThreadStep.STARTING].expect,
};

/** What a thread does at a step: `compiling the configuration`. */
export function describeStep(step: ThreadStep): string {
  return STEPS[step].doing;
}

/** A data thread cannot have an address. */
export class ListenError extends Error {
  readonly endpoint: Endpoint;
  readonly code: string;

  constructor(endpoint: Endpoint, code: string) {
    super(code);
    this.name = 'ListenError';
    this.endpoint = endpoint;
    this.code = code;
  }
}

/** A data thread made no progress though it could have. */
export class StandstillError extends Error {
  /** What an operator should look at. */
  readonly expect: string;

  constructor(step: ThreadStep, seconds: number) {
    const { doing, expect } = STEPS[step];
    super(`a data thread has made no progress for ${seconds} s while ${doing}`);
    this.name = 'StandstillError';
    this.expect = expect;
  }
}

/** A data thread has ended before it did what it was to do. */
export class ThreadEndedError extends Error {
  readonly expect: string;

  constructor(step: ThreadStep, cause?: NodeJS.ErrnoException) {
    const why = cause === undefined ? '' : `: ${cause.message}`;
    super(`a data thread has ended while ${describeStep(step)}${why}`, { cause });
    this.name = 'ThreadEndedError';
    this.expect = EXPECT[cause?.code ?? ''] ?? 'threads: 0 to work';
  }
}

/** Why a thread does not start. */
export type StartError = ListenError | StandstillError | ThreadEndedError;

/** The same as a problem of the configuration; `endpoints` are what its `listen` has become. */
export function startProblem(
  error: StartError,
  config: Config,
  endpoints: readonly Endpoint[],
): ConfigError {
  if (error instanceof ListenError) {
    const asked = formatEndpoint(error.endpoint);
    const index = endpoints.findIndex((one) => formatEndpoint(one) === asked);
    return cannotListen(error.endpoint, error, config.listen[index]!.place);
  }
  const message = `cannot start the data threads: ${error.message}; expect ${error.expect}`;
  return new ConfigError([{ ...config.start, message }]);
}

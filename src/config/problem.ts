/** Everything that is wrong with a configuration, each with its place. */

/** Where a value stands: lines and columns count from 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

export interface Problem extends Place {
  /** What is wrong, and what was expected. */
  readonly message: string;
}

/** `config/site.yaml:14` */
export function formatPlace({ file, line }: Place): string {
  return `${file}:${line}`;
}

/** `config/site.yaml:14:7: "10.0.0.0/33" is not a prefix; expect a length of 0 to 32` */
export function formatProblem({ file, line, column, message }: Problem): string {
  return `${file}:${line}:${column}: ${message}`;
}

/** A configuration that cannot be used; carries all problems at once. */
export class ConfigError extends Error {
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super(problems.map(formatProblem).join('\n'));
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

/** The order in which problems are reported. */
export function byPlace(a: Place, b: Place): number {
  return a.line - b.line || a.column - b.column;
}

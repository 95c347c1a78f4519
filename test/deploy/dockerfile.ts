/** The Dockerfile, as its lines say it. */

import { readFileSync } from 'node:fs';

export interface ImageSettings {
  readonly user: string;
  readonly environment: readonly string[];
  /** Entry point and command. */
  readonly command: readonly string[];
  readonly healthCheck: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
}

/** What follows each instruction of this kind, lines that are continued as one. */
export function instructions(kind: string): string[] {
  const lines = readFileSync('Dockerfile', 'utf8').replaceAll('\\\n', ' ').split('\n');
  return lines.flatMap((line) =>
    line.startsWith(`${kind} `) ? [line.slice(kind.length + 1)] : [],
  );
}

/** What the image is run with. */
export function imageSettings(): ImageSettings {
  const [entry, command] = ['ENTRYPOINT', 'CMD'].map((kind) => JSON.parse(instructions(kind)[0]!));
  return {
    user: instructions('USER')[0]!,
    environment: instructions('ENV').flatMap((line) => line.split(' ')),
    command: [...entry, ...command],
    labels: Object.fromEntries(
      [
        ...instructions('LABEL')
          .join(' ')
          .matchAll(/(\S+)="([^"]*)"/g),
      ].map(([, key, value]) => [key!, value!]),
    ),
    healthCheck: JSON.parse(/CMD (.*)$/.exec(instructions('HEALTHCHECK')[0]!)![1]!),
  };
}

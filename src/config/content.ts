/** The content of a part of a configuration, wherever it stands in the file. */

import { Secret } from './secret.ts';

/** A text that two values share when they mean the same. Secrets all look alike in it. */
export function contentOf(value: unknown): string | undefined {
  return JSON.stringify(value, (key, part) => (key === 'place' ? undefined : part));
}

/** The same with the octets of secrets: to compare, never to show. */
export function contentWithSecrets(value: unknown): string | undefined {
  return JSON.stringify(value, function (this: Readonly<Record<string, unknown>>, key, part) {
    if (key === 'place') return undefined;
    const held = this[key];
    return held instanceof Secret ? [...held.octets] : part;
  });
}

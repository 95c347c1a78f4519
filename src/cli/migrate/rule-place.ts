/** Where a rule of another server stands. */

import type { Rule } from '../../decision/verdict.ts';

/** `allow-query any at named.conf:12`, or what nobody wrote. */
export function placeOf({ id, file, line, implicit }: Rule): string {
  if (implicit) return id;
  return line > 0 ? `${id} at ${file}:${line}` : `${id} at ${file}`;
}

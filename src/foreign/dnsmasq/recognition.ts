/** Whether a text is a dnsmasq.conf, or a part of one. */

import { ARGUMENTS } from './known-options.ts';

/** Options that nobody else has; our own keys end with a colon. */
const LINE = /^[ \t]*([A-Za-z][A-Za-z0-9-]*)[ \t]*(?:=.*)?$/;

export function looksLikeDnsmasq(text: string): boolean {
  const lines = text
    .split('\n')
    .map((line) => line.replace(/(?:^|\s)#.*/, '').trimEnd())
    .filter((line) => line.trim() !== '');
  const known = lines.filter((line) => {
    const name = LINE.exec(line)?.[1];
    return name !== undefined && ARGUMENTS.has(name);
  });
  // Most of its lines: a mistake in one hides nothing.
  return known.length > 0 && 2 * known.length > lines.length;
}

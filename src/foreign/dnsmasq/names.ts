/** Names as dnsmasq compares them: texts in lower case, without a dot at the end. */

import { domainToASCII } from 'node:url';
import { lowerName, MAX_LABEL, parseName } from '../../wire/name.ts';

/** As dnsmasq keeps a name of its configuration; undefined when it takes it for none. */
export function canonical(text: string): string | undefined {
  const plain = text.replace(/\.$/, '');
  const isControl = [...plain].some((char) => char < ' ' || char === '\u007f');
  if (plain.trim() === '' || isControl) return undefined;
  if (plain.split('.').some(({ length }) => length > MAX_LABEL)) return undefined;
  const isPlain = [...plain].every((char) => char < '\u0080');
  return isPlain ? plain.toLowerCase() : domainToASCII(plain) || undefined;
}

/** In lower-case wire format; undefined for a name that cannot be one in the DNS. */
export function wireOf(name: string): Uint8Array | undefined {
  const wire = parseName(name === '' ? '.' : name);
  return typeof wire === 'string' ? undefined : lowerName(wire);
}

/** Whether `name` is the domain or below it; in the empty domain there is nothing. */
export function isWithin(domain: string, name: string): boolean {
  return domain !== '' && (name === domain || name.endsWith(`.${domain}`));
}

/** The names above, without the root. */
export function namesAbove(name: string): readonly string[] {
  const labels = name.split('.');
  return labels.slice(1).map((_, i) => labels.slice(i + 1).join('.'));
}

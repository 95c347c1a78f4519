/** Names as dnsmasq compares them: texts in lower case, without a dot at the end. */

import { domainToASCII } from 'node:url';
import { lowerName, MAX_LABEL, parseName } from '../../wire/name.ts';

/** What stands before an octet that would be read as something else: a dot within a label. */
const ESCAPE = 1;

/** `www.example.com`; the root is empty. */
export function textOf(wire: Uint8Array): string {
  let text = '';
  for (let at = 0; wire[at] !== 0 && at < wire.length; at += wire[at]! + 1) {
    if (at > 0) text += '.';
    for (const octet of wire.subarray(at + 1, at + 1 + wire[at]!)) {
      const isOdd = octet === 0 || octet === 0x2e || octet === ESCAPE;
      text += isOdd ? String.fromCharCode(ESCAPE, octet + 1) : String.fromCharCode(octet);
    }
  }
  return text.toLowerCase();
}

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

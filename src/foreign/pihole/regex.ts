/** Regular expressions of Pi-hole: extended ones, without regard to case, with options behind a semicolon (FTL, src/regex.c). */

import { createRegexSet, regexSize } from '../../policy/lists/regex-set.ts';
import { parseType } from '../../wire/registry.ts';
import { parseOctets } from '../addresses.ts';

export type Reply =
  | { readonly kind: 'nodata' | 'nxdomain' | 'refuse' | 'drop' }
  | {
      /** `ip` without an address: that of the interface asked, which nobody knows here. */
      readonly kind: 'ip' | 'address';
      readonly address4: Uint8Array | undefined;
      readonly address6: Uint8Array | undefined;
    };

export interface PiholeRegex {
  matches(name: string, qtype: number): boolean;
  /** `;reply=NXDOMAIN`: in place of the blocking mode. */
  readonly reply: Reply | undefined;
}

const REPLIES: Readonly<Record<string, Reply>> = {
  NODATA: { kind: 'nodata' },
  NXDOMAIN: { kind: 'nxdomain' },
  REFUSED: { kind: 'refuse' },
  NONE: { kind: 'drop' },
  IP: { kind: 'ip', address4: undefined, address6: undefined },
};

/** Why it cannot be read here, in a sentence, or the expression. */
export function readRegex(text: string): PiholeRegex | string {
  const [source = '', ...options] = text.split(';');
  // RE2 takes time in proportion to the name, and has no back references; TRE has both, and finds near matches.
  if (/\\[1-9]/.test(source)) return 'a back reference';
  if (/\{[^}]*[~+#<]/.test(source)) return 'an approximate match';
  if (regexSize(source) === undefined) return 'no expression that RE2 reads, or too large a one';
  const find = createRegexSet([source]);
  const read: Options = { isInverted: false, suits: () => true, reply: undefined };
  const problem = options.map((option) => readOption(option, read)).find((one) => one !== '');
  if (problem !== undefined) return problem;
  const { isInverted, suits, reply } = read;
  const matches = (name: string, qtype: number) =>
    find(name).length > 0 !== isInverted && suits(qtype);
  return { matches, reply };
}

interface Options {
  isInverted: boolean;
  suits: (qtype: number) => boolean;
  reply: Reply | undefined;
}

/** What is wrong with it, or nothing. FTL passes over an option that it does not know. */
function readOption(option: string, read: Options): string {
  const [key = '', value = ''] = option.trim().split('=');
  switch (key.toLowerCase()) {
    case 'invert':
      read.isInverted = true;
      return '';
    case 'querytype': {
      const suits = typesIn(value);
      if (suits !== undefined) read.suits = suits;
      return suits === undefined ? `querytype=${value}, which is no type` : '';
    }
    case 'reply':
      read.reply = replyIn(value, read.reply);
      return read.reply === undefined ? `reply=${value}, which is no reply` : '';
    default:
      return '';
  }
}

/** `A`, `!AAAA`, and since 5.15 several: `A,AAAA`. */
function typesIn(value: string): ((qtype: number) => boolean) | undefined {
  const isNegated = value.startsWith('!');
  const types = value
    .replace(/^!/, '')
    .split(',')
    .map((word) => parseType(word.trim().toUpperCase()));
  if (types.some((type) => type === undefined)) return undefined;
  return (qtype) => types.includes(qtype) !== isNegated;
}

/** An address goes with one of the other family that stands before it. */
function replyIn(value: string, before: Reply | undefined): Reply | undefined {
  const known = REPLIES[value.toUpperCase()];
  if (known !== undefined) return known;
  const address = parseOctets(value);
  if (address === undefined) return undefined;
  const { address4, address6 } =
    before?.kind === 'address' ? before : { address4: undefined, address6: undefined };
  return address.length === 4
    ? { kind: 'address', address4: address, address6 }
    : { kind: 'address', address4, address6: address };
}

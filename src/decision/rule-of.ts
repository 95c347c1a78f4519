/** The rule behind a decision, with what matched filled in. */

import { formatName } from '../wire/name.ts';
import type { Query } from '../wire/query.ts';
import type { AddressBlock } from '../wire/rule-match.ts';
import type { Rule, Verdict } from './verdict.ts';

/**
 * A verdict that stands for many rules has the beginning of their ids; the rest is what matched,
 * as it stands in the policy: `malware/*.bad.example`, `malware/24.0.2.0.192.rpz-ip`.
 */
export function ruleOf(verdict: Verdict, query: Query): Rule {
  if (!verdict.named) return verdict.rule;
  return { ...verdict.rule, id: verdict.rule.id + matchedOwner(query), line: query.match.line };
}

/**
 * Whether `Query.match` has the reason: a policy that fails every query has looked at none of its names
 * and addresses.
 */
export function isMatch({ layer, action }: Verdict): boolean {
  return layer === 'policy' && action !== 'fail';
}

/** The owner of the rule that the query matched, without the policy's name. */
export function matchedOwner(query: Query): string {
  const { trigger, name, depth, wildcard, prefix } = query.match;
  if (trigger === 'client-ip') return `${formatBlock(prefix!)}.rpz-client-ip`;
  if (trigger === 'response-ip') return `${formatBlock(prefix!)}.rpz-ip`;
  const owner = formatName(name.name, name.suffixAt(depth)).replace(/(?<=.)\.$/, '');
  if (!wildcard) return owner;
  return owner === '.' ? '*' : `*.${owner}`;
}

/** `24.0.2.0.192` (RPZ draft, section 4.1.1): the length, and the address from its end. */
function formatBlock({ family, words, length }: AddressBlock): string {
  if (family === 4) {
    const word = words[0]!;
    return [length, word & 0xff, (word >>> 8) & 0xff, (word >>> 16) & 0xff, word >>> 24].join('.');
  }
  const groups = Array.from({ length: 8 }, (_, i) => {
    const word = words[3 - (i >> 1)]!;
    return (i % 2 === 0 ? word & 0xffff : word >>> 16).toString(16);
  });
  return `${length}.${compress(groups)}`;
}

/** The longest run of two zero groups or more is `zz`, like `::` in an address. */
function compress(groups: readonly string[]): string {
  const text = groups.join('.');
  const runs = text.match(/(?<![^.])0(?:\.0)+(?![^.])/g) ?? [];
  const longest = runs.reduce((best, run) => (run.length > best.length ? run : best), '');
  return longest === '' ? text : text.replace(new RegExp(`(?<![^.])${longest}(?![^.])`), 'zz');
}

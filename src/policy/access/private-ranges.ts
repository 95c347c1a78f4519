/** Addresses that only a site itself has, and access lists that forget them. */

import type { Config } from '../../config/config.ts';
import { contains, type Prefix, parsePrefix } from '../../net/prefix.ts';

/** RFC 1918, RFC 6598 and RFC 4193. */
const RANGES: readonly Prefix[] = [
  ...['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', 'fc00::/7'],
].map((text) => parsePrefix(text) as Prefix);

/** Whether all of a prefix lies in one of them. */
export function isPrivate(prefix: Prefix): boolean {
  return RANGES.some((range) => contains(range, prefix) && prefix.length >= range.length);
}

/**
 * Behind a proxy, clients that came with its address now come with their own, which inside a
 * site is a private one. An entry for everybody does not show that somebody thought of that, unless
 * it lets everybody in.
 */
export function forgottenRanges({ listen, views }: Config): string[] {
  const behind = listen.filter(({ value }) => value.proxies !== undefined);
  const entries = [...new Set(views.map(({ acl }) => acl.query))].flatMap((list) => list.entries);
  const isKnown = entries.some(({ prefixes, action }) =>
    prefixes.some((prefix) => RANGES.some((range) => concerns(prefix, range, action))),
  );
  if (isKnown) return [];
  return behind.map(({ place: { file, line } }) => {
    return `${file}:${line}: private prefixes are missing in acl.query: behind PROXY protocol clients of the site come with their own addresses (10.0.0.0/8, 192.168.0.0/16, ...)`;
  });
}

function concerns(prefix: Prefix, range: Prefix, action: string): boolean {
  return contains(range, prefix) || (action !== 'refuse' && contains(prefix, range));
}

/** Values that depend on other values: names of groups. */

import { parsePrefix } from '../net/prefix.ts';
import type { Document } from './document.ts';
import { type Kind, type Located, readText } from './kind.ts';

/** The name of a group in `upstreams`. */
export const upstreamGroup: Kind<string> = {
  expects: 'the name of an upstream group',
  read(node, document) {
    const given = readText(node, document, this.expects);
    const groups = document.keysOf('upstreams');
    if (given === undefined || groups.includes(given)) return given;
    const expected = groups.join(', ') || 'one to be defined in upstreams';
    return document.report(node, `"${given}" is not an upstream group; expect ${expected}`);
  },
};

/** What is wrong with a key that names clients: a group in `clientGroups`, or a prefix. */
export function checkClients(key: string, document: Document): string | undefined {
  const groups = document.keysOf('clientGroups');
  if (groups.includes(key)) return undefined;
  if (/[.:/]/.test(key)) {
    const prefix = parsePrefix(key);
    return typeof prefix === 'string' ? prefix : undefined;
  }
  const names = groups.join(', ') || 'none is defined';
  return `"${key}" is neither a client group (${names}) nor a prefix; expect one of them`;
}

/** The key of a client group, or a prefix. */
export const clients: Kind<string> = {
  expects: 'a client group or a prefix',
  read(node, document) {
    const given = readText(node, document, this.expects);
    const wrong = given === undefined ? undefined : checkClients(given, document);
    return wrong === undefined ? given : document.report(node, wrong);
  },
};

/** A view has one statement of what its clients may do. */
export function checkView(
  view: {
    readonly acl: { readonly recursion: unknown } | undefined;
    readonly recursion: Located<unknown> | undefined;
  },
  document: Document,
): void {
  if (view.recursion === undefined || view.acl?.recursion === undefined) return;
  const message = 'acl.recursion sets recursion already; expect one of them';
  document.reportAt(view.recursion.place, message);
}

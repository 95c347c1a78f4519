/** `view NAME { expr … }`: which queries a server block takes, as far as the expression is plain. */

import { contains, type Prefix, parsePrefix } from '../../net/prefix.ts';
import type { Query } from '../../wire/query.ts';
import { parseType } from '../../wire/registry.ts';
import type { Left } from '../left.ts';
import type { Directive } from './corefile.ts';

export type ViewFilter = (query: Query) => boolean;

const IN_CIDR = /^incidr\(\s*client_ip\(\)\s*,\s*['"]([^'"]+)['"]\s*\)$/;
const TYPE_IS = /^type\(\)\s*==\s*['"](\w+)['"]$/;

/** Undefined for a block without a view; an expression that is not plain takes every query, and is listed. */
export function readView(directives: readonly Directive[], left: Left[]): ViewFilter | undefined {
  const view = directives.find(({ name }) => name.text === 'view');
  const expressions = view?.block.filter(({ name }) => name.text === 'expr') ?? [];
  if (view === undefined || expressions.length === 0) return undefined;
  const filters = expressions.map((expression) => {
    const text = expression.args
      .map((arg) => (arg.isQuoted ? `"${arg.text}"` : arg.text))
      .join(' ');
    const filter = readAny(text);
    if (filter === undefined) {
      const instead = 'takes queries by an expression; write its clients as a view';
      left.push({
        place: expression.name.place,
        what: `view expr ${text}`,
        instead,
        decides: true,
      });
    }
    return filter ?? (() => true);
  });
  return (query) => filters.every((filter) => filter(query));
}

/** Terms joined by `||`, each of terms joined by `&&`. */
function readAny(text: string): ViewFilter | undefined {
  const parts = text.split('||').map((part) => readAll(part));
  if (parts.includes(undefined)) return undefined;
  return (query) => parts.some((part) => part!(query));
}

function readAll(text: string): ViewFilter | undefined {
  const parts = text.split('&&').map((part) => readTerm(part.trim()));
  if (parts.includes(undefined)) return undefined;
  return (query) => parts.every((part) => part!(query));
}

function readTerm(text: string): ViewFilter | undefined {
  if (text.startsWith('!')) {
    const inner = readTerm(text.slice(1).trim());
    return inner && ((query) => !inner(query));
  }
  const cidr = IN_CIDR.exec(text)?.[1];
  const prefix: Prefix | string = cidr === undefined ? '' : parsePrefix(cidr);
  if (typeof prefix !== 'string') {
    return ({ family, address: words }) => contains(prefix, { family, words });
  }
  const type = parseType(TYPE_IS.exec(text)?.[1] ?? '');
  return type === undefined ? undefined : ({ qtype }) => qtype === type;
}

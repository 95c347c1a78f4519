/** Lists as policies, for tests. */

import { ruleOf } from '../../../src/decision/rule-of.ts';
import { VerdictTable } from '../../../src/decision/verdict.ts';
import { type ListFormat, readList } from '../../../src/policy/lists/list-image.ts';
import type { ListMatch } from '../../../src/policy/lists/list-match.ts';
import { attachList, type ListAction } from '../../../src/policy/lists/list-policy.ts';
import { letsPass } from '../../../src/policy/rules/name-policy.ts';
import { asked } from '../../world/asked.ts';

/** A list of this text: what is done to a name, and what is to say of its lines. */
export function list(
  format: ListFormat,
  text: string | Uint8Array,
  { action = 'nxdomain', match }: { action?: ListAction; match?: ListMatch } = {},
) {
  const octets = typeof text === 'string' ? new TextEncoder().encode(text) : text;
  const image = readList(octets, format, 'ads.txt', match);
  const policy = attachList(
    { name: 'ads', action, isShadow: false, ede: 'blocked' },
    image,
    new VerdictTable(),
  );
  /** `nxdomain by ads/example.com at 3`. */
  const judged = (owner: string, type?: number): string => {
    const query = asked(owner, type === undefined ? {} : { type });
    const answer = policy.judgeName(query, query);
    if (answer === undefined) return 'no rule';
    if (letsPass(answer)) return `pass at ${query.match.line}`;
    const { id, file, line } = ruleOf(answer, query);
    return `${answer.action} by ${id} at ${file}:${line}`;
  };
  /** `not a name: 3 (1, 4, 9)`: of each kind how many, and the first lines. */
  const ignored = [...image.ignored].map(
    ([kind, { count, first }]) => `${kind}: ${count} (${first.map(({ line }) => line).join(', ')})`,
  );
  const problems = image.problems.map(
    ({ file, line, column, message }) => `${file}:${line}:${column} ${message}`,
  );
  const hints = image.hints.map(({ line, message }) => `${line}: ${message}`);
  return { image, judged, ignored, problems, hints, count: policy.count };
}

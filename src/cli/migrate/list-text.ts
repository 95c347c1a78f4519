/** Many rules as a response policy zone: a file that other servers read too. */

import type { NameRule } from './name-rules.ts';

const HEAD = `$TTL 60
@ SOA localhost. nobody.invalid. 1 1h 10m 30d 60
@ NS localhost.
`;

/** RPZ draft, section 3: what stands for an action. */
const ACTIONS: Readonly<Record<string, string>> = {
  nxdomain: 'CNAME .',
  nodata: 'CNAME *.',
  drop: 'CNAME rpz-drop.',
  allow: 'CNAME rpz-passthru.',
};

/** Of rules for all types; REFUSED has no word there. */
export function listText(rules: readonly NameRule[]): string {
  const lines = rules.flatMap(({ owner, action, records, from }) => {
    const data = action === 'answer' ? records : [ACTIONS[action]!];
    return data.map((one) => `${owner} ${one} ; ${from}\n`);
  });
  return `${HEAD}${lines.join('')}`;
}

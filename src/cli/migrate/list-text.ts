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
  const lines = [...rules, ...implied(rules)].flatMap(({ owner, action, records, from }) => {
    const data = action === 'answer' ? records : [ACTIONS[action]!];
    return data.map((one) => `${owner} ${one} ; ${from}\n`);
  });
  return `${HEAD}${lines.join('')}`;
}

/**
 * A wildcard of a zone is not for names at or below one that exists (RFC 4592 section 2.2.2), and a name exists
 * when something below it does: there the rule is written once more.
 */
function implied(rules: readonly NameRule[]): readonly NameRule[] {
  const owners = new Map(rules.map((rule) => [rule.owner, rule]));
  const existing = new Set(rules.flatMap(({ owner }) => withAbove(owner.replace(/^\*\./, ''))));
  return [...existing].flatMap((name) => {
    const above = withAbove(name).slice(1);
    const wide = above.map((one) => owners.get(`*.${one}`)).find((rule) => rule !== undefined);
    if (wide === undefined) return [];
    return [name, `*.${name}`]
      .filter((owner) => !owners.has(owner))
      .map((owner) => ({ ...wide, owner }));
  });
}

function withAbove(name: string): readonly string[] {
  const labels = name.split('.');
  return labels.map((_, i) => labels.slice(i).join('.'));
}

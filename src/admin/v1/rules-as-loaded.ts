/** The rules of the configuration in force, as they were written: for people who look at them. */

import type { AccessList, RuleOrigin } from '../../config/access-list.ts';
import type { Config } from '../../config/config.ts';
import type { Place } from '../../config/problem.ts';
import type { RuleAsLoaded } from '../api/answers.ts';

/** Access lists and the rules in the configuration; those of lists and zones are too many. */
export function rulesAsLoaded(config: Config, now: number): readonly RuleAsLoaded[] {
  return [...accessRules(config, now), ...policyRules(config, now)];
}

function accessRules({ views }: Config, now: number): RuleAsLoaded[] {
  const lists = views.flatMap(({ acl }) =>
    Object.entries(acl).map(([name, list]: [string, AccessList | undefined]) => ({ name, list })),
  );
  // Views share lists that they have from the top level.
  const unique = new Map(lists.map(({ name, list }) => [list, name]));
  return [...unique].flatMap(([list, name]) =>
    (list?.entries ?? []).flatMap((entry) => {
      if (entry.place === undefined) return [];
      const id = `${list!.section} ${entry.key}`;
      const layer = name === 'query' ? 'acl' : name;
      return { ...ruleOf(entry, entry.place, now), id, layer, action: entry.action };
    }),
  );
}

function policyRules({ policies }: Config, now: number): RuleAsLoaded[] {
  return policies.flatMap(({ value: { name, rules = [], mode } }) =>
    rules.map(({ key, place, value }) => {
      const origin = typeof value === 'string' ? NO_ORIGIN : value;
      const isShadow = mode === 'shadow' || origin.mode === 'shadow';
      return {
        ...ruleOf(origin, place, now),
        ...{ id: `${name.value}/${key}`, layer: 'policy', action: actionOf(value) },
        mode: isShadow ? 'shadow' : 'enforce',
      };
    }),
  );
}

const NO_ORIGIN: RuleOrigin = {
  owner: undefined,
  reason: undefined,
  expires: undefined,
  mode: 'enforce',
};

function ruleOf({ owner, reason, expires, mode }: RuleOrigin, { file, line }: Place, now: number) {
  return {
    ...{ file, line, mode },
    ...(owner !== undefined && { owner }),
    ...(reason !== undefined && { reason }),
    ...(expires !== undefined && { expires: lastDay(expires) }),
    hasExpired: expires !== undefined && expires <= now,
  };
}

/** The day before the midnight from which on it does not count. */
function lastDay(expires: number): string {
  return new Date(expires - 1).toISOString().slice(0, 10);
}

function actionOf(value: unknown): string {
  if (typeof value === 'string') return value;
  const { action } = value as { readonly action?: { readonly value: string } };
  return action?.value ?? 'answer';
}

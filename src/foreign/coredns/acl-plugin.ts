/** CoreDNS's `acl`: the first matching policy of each acl decides; without a match a client is allowed. */

import type { Verdict } from '../../decision/verdict.ts';
import { contains, type Prefix, parsePrefix } from '../../net/prefix.ts';
import type { Layer } from '../../policy/layer.ts';
import type { Query } from '../../wire/query.ts';
import { Ede, parseType } from '../../wire/registry.ts';
import type { Problems } from '../problems.ts';
import { ruleAt } from '../verdicts.ts';
import type { Directive } from './corefile.ts';
import type { PluginParts } from './plugin-parts.ts';
import type { Token } from './tokens.ts';
import { isWithin, zonesOf } from './zones.ts';

const ACTIONS = ['allow', 'block', 'filter', 'drop'] as const;

interface AclPolicy {
  readonly action: (typeof ACTIONS)[number];
  /** Undefined for all. */
  readonly types: readonly number[] | undefined;
  readonly prefixes: readonly Prefix[] | undefined;
  readonly directive: Directive;
}

export function compileAcl(
  directive: Directive,
  { verdicts, problems, zones }: PluginParts,
): Layer {
  const own = directive.args.length === 0 ? zones : zonesOf(directive.args, problems);
  const policies = directive.block.flatMap((line) => readPolicy(line, problems) ?? []);
  const answers = {
    block: { action: 'refuse', ede: Ede.BLOCKED },
    filter: { action: 'nodata', ede: Ede.FILTERED },
    drop: { action: 'drop' },
  } as const;
  const find = (query: Query) =>
    isWithin(query, own) ? policies.find((policy) => concerns(policy, query)) : undefined;
  const judge = (query: Query): Verdict | undefined => {
    const found = find(query);
    if (found === undefined || found.action === 'allow') return undefined;
    return verdicts.of({ layer: 'acl', rule: ruleOf(found), ...answers[found.action] });
  };
  const account = (query: Query) => {
    const found = find(query);
    return found === undefined ? { why: 'no policy matches: allowed' } : { rule: ruleOf(found) };
  };
  return { name: 'acl', judge, account };
}

function ruleOf({ directive: { name, args } }: AclPolicy) {
  return ruleAt(`acl ${[name, ...args].map(({ text }) => text).join(' ')}`, name.place);
}

function concerns(
  { types, prefixes }: AclPolicy,
  { qtype, family, address: words }: Query,
): boolean {
  if (types !== undefined && !types.includes(qtype)) return false;
  return prefixes === undefined || prefixes.some((prefix) => contains(prefix, { family, words }));
}

function readPolicy(directive: Directive, problems: Problems): AclPolicy | undefined {
  const { name, args } = directive;
  const action = ACTIONS.find((one) => one === name.text);
  if (action === undefined) {
    return problems.add(
      name.place,
      `"${name.text}" is no action of acl; expect ${ACTIONS.join(', ')}`,
    );
  }
  const types = wordsOf(args, 'type').flatMap(({ text, place }) => {
    const type = parseType(text);
    return type ?? problems.add(place, `"${text}" is not a type; expect one like A`) ?? [];
  });
  const prefixes = wordsOf(args, 'net').flatMap(({ text, place }) => {
    const prefix = parsePrefix(text);
    return typeof prefix === 'string' ? (problems.add(place, prefix) ?? []) : [prefix];
  });
  const [stray] = args;
  if (stray !== undefined && !SECTIONS.includes(stray.text)) {
    problems.add(stray.place, `"${stray.text}" is in no list; expect type or net before it`);
  }
  return {
    ...{ action, directive },
    types: types.length === 0 ? undefined : types,
    prefixes: prefixes.length === 0 ? undefined : prefixes,
  };
}

const SECTIONS: readonly string[] = ['type', 'net'];

/** The words of `type A AAAA net 10.0.0.0/8` behind one of its two; `*` is all, as if there were none. */
function wordsOf(args: readonly Token[], wanted: string): readonly Token[] {
  let section = '';
  const words = args.filter(({ text }) => {
    if (!SECTIONS.includes(text)) return section === wanted;
    section = text;
    return false;
  });
  return words.some(({ text }) => text === '*') ? [] : words;
}

/** dnsdist: its configuration as a policy of ours. The semantics are those of 1.7, measured against it. */

import type { Verdict } from '../../decision/verdict.ts';
import { formatPrefix } from '../../net/prefix.ts';
import type { Layer } from '../../policy/layer.ts';
import { formatName } from '../../wire/name.ts';
import { Malformed, type Query } from '../../wire/query.ts';
import type { ForeignServer } from '../foreign-policy.ts';
import { Problems } from '../problems.ts';
import { ruleAt, Verdicts } from '../verdicts.ts';
import type { Ways } from '../ways.ts';
import type { Answer } from './actions.ts';
import { Evaluation } from './evaluation.ts';
import { readLua } from './lua.ts';
import { type DnsdistRule, DnsdistWorld } from './world.ts';

/** Reads a configuration of dnsdist. Throws a ConfigError with all that is wrong. */
export function readDnsdist(file: string): ForeignServer {
  const problems = new Problems();
  const evaluation = new Evaluation(problems);
  const program = readLua(file, problems);
  if (program !== undefined) evaluation.run(program);
  const world = new DnsdistWorld(evaluation, problems);
  problems.throwIfAny();
  const verdicts = new Verdicts();
  const { rules, acl, listen, left } = world;
  return {
    ...{ program: 'dnsdist', listen, verdicts, left },
    views: [{ name: 'dnsdist', layers: layersOf(world, verdicts), ways: waysOf(world) }],
    viewOf: () => 0,
    cuts: {
      prefixes: [
        ...acl.masks.map(({ prefix }) => prefix),
        ...rules.flatMap(({ selector }) => selector.prefixes),
      ],
      names: rules.flatMap(({ selector }) => selector.names),
      types: rules.flatMap(({ selector }) => selector.types),
    },
    texts: evaluation.texts,
  };
}

function layersOf(world: DnsdistWorld, verdicts: Verdicts): readonly Layer[] {
  return [
    compileAcl(world, verdicts),
    compileProtocol(verdicts),
    compileRules(world, verdicts),
    compilePools(world, verdicts),
  ];
}

/** Whoever is not in the ACL gets no answer, and by TCP no connection. */
function compileAcl({ acl, aclPlace }: DnsdistWorld, verdicts: Verdicts): Layer {
  const ruleOf = (query: Query) => {
    const found = acl.find(query);
    const mask = found && `${found.isIn ? '' : '!'}${formatPrefix(found.prefix)}`;
    return ruleAt(`ACL ${mask ?? 'without a match'}`, aclPlace);
  };
  return {
    name: 'acl',
    judge(query) {
      if (acl.find(query)?.isIn === true) return undefined;
      return verdicts.of({ layer: 'acl', action: 'drop', rule: ruleOf(query) });
    },
    account: (query) => ({ rule: ruleOf(query) }),
  };
}

/** What dnsdist cannot read it does not answer. */
function compileProtocol(verdicts: Verdicts): Layer {
  const rule = ruleAt('a message with one question', undefined);
  return {
    name: 'protocol',
    judge: ({ malformed }) =>
      malformed === Malformed.NONE
        ? undefined
        : verdicts.of({ layer: 'protocol', action: 'drop', rule }),
  };
}

/** RFC 1035 section 4.1.1. */
const FLAGS = 2;
const RECURSION_DESIRED = 1;

/** The first rule that ends the search among them, and RD as it is by then. */
function findRule(rules: readonly DnsdistRule[], query: Query) {
  const { message } = query;
  const flags = message[FLAGS]!;
  try {
    for (const rule of rules) {
      if (!rule.selector.matches(query)) continue;
      const { effectOn, clearsRecursion } = rule.action;
      const effect = effectOn(query);
      const { recursionDesired } = query;
      if (effect !== undefined) return { rule, effect, recursionDesired };
      if (clearsRecursion === true) message[FLAGS]! &= ~RECURSION_DESIRED;
    }
    return undefined;
  } finally {
    message[FLAGS] = flags;
  }
}

/** `addAction`: answers of its own. */
function compileRules({ rules }: DnsdistWorld, verdicts: Verdicts): Layer {
  const judge = (query: Query): Verdict | undefined => {
    const found = findRule(rules, query);
    if (found?.effect.kind !== 'answer') return undefined;
    const { place, source } = found.rule;
    const spec: Answer = found.effect.spec;
    return verdicts.of({
      ...{ layer: 'policy', ...spec, rule: ruleAt(source, place) },
      recursionAvailable: found.recursionDesired,
    });
  };
  const account = (query: Query) => {
    const found = findRule(rules, query);
    if (found === undefined) return { why: 'no rule ends the search' };
    return { rule: ruleAt(found.rule.source, found.rule.place) };
  };
  return { name: 'policy', judge, account };
}

/** All else is for a server of the pool; a pool without one is silence. */
function compilePools(world: DnsdistWorld, verdicts: Verdicts): Layer {
  const { rules, servers, failsWithoutServer } = world;
  const judge = (query: Query): Verdict => {
    const found = findRule(rules, query);
    const pool = found?.effect.kind === 'pool' ? found.effect.pool : '';
    const server = servers.find(({ pools, isDown }) => !isDown && pools.includes(pool));
    const named = pool === '' ? 'the default pool' : `pool "${pool}"`;
    if (server !== undefined) {
      const rule = ruleAt(found?.rule.source ?? named, found?.rule.place ?? server.place);
      return verdicts.of({ layer: 'upstream', action: 'forward', rule });
    }
    // A pool that nobody has made is an error within dnsdist, and so silence.
    const isThere = world.hasPool(pool);
    const rule = ruleAt(`no ${isThere ? 'server of ' : ''}${named}`, found?.rule.place);
    const action = failsWithoutServer && isThere ? 'fail' : 'drop';
    return verdicts.of({ layer: 'route', action, rule });
  };
  return { name: 'route', judge };
}

function waysOf({ rules, servers }: DnsdistWorld): Ways {
  const serversOf = (pool: string) =>
    servers.filter(({ pools }) => pools.includes(pool)).map(({ address }) => address);
  const rest = serversOf('');
  const [first] = servers;
  return {
    forwards: [
      ...(rest.length === 0 || first === undefined
        ? []
        : [{ domain: '.', servers: rest, place: first.place }]),
      ...rules.flatMap(({ selector, action, place }) => {
        const to = action.pool === undefined ? [] : serversOf(action.pool);
        if (to.length === 0) return [];
        return selector.names.map((name) => ({ domain: formatName(name), servers: to, place }));
      }),
    ],
    own: rules.flatMap(({ selector, action, place }) =>
      action.pool === undefined
        ? selector.names.map((name) => ({ domain: formatName(name), place, isZone: false }))
        : [],
    ),
  };
}

/** `response-policy`: BIND's policy zones, by the code that judges ours. */

import { readFileSync } from 'node:fs';
import type { Verdict } from '../../decision/verdict.ts';
import type { Layer } from '../../policy/layer.ts';
import { attachRpz, readRpz } from '../../policy/rpz/rpz-zone.ts';
import { ExpiredRules } from '../../policy/rules/expired-rules.ts';
import { PolicyChain } from '../../policy/rules/policy-chain.ts';
import type { Query } from '../../wire/query.ts';
import { askedOf, recurses } from './asked.ts';
import type { BindWorld } from './message-layers.ts';
import type { BindPolicy } from './response-policy.ts';
import type { BindView } from './views.ts';

export function compileResponsePolicy(view: BindView, world: BindWorld): Layer {
  const policies = view.policies.filter(
    ({ file, override }) => file !== undefined && override !== 'disabled',
  );
  const [all, always] = [policies, policies.filter(({ recursiveOnly }) => !recursiveOnly)].map(
    (some) => new PolicyChain(some.map((policy) => attach(policy, world))),
  );
  const chainOf = (query: Query) =>
    recurses(view, askedOf(query, world.listeners), query) ? all! : always!;
  const judge = (query: Query): Verdict | undefined => chainOf(query).settle(query);
  const why =
    policies.length === 0 ? 'no response-policy is set' : 'no rule of response-policy matches';
  return { name: 'policy', judge, account: () => ({ why }) };
}

function attach(policy: BindPolicy, { verdicts }: BindWorld) {
  const { name, file, override, breakDnssec } = policy;
  const source = { file: file!, readText: (path: string) => readFileSync(path) };
  const taken = override === 'disabled' ? 'given' : override;
  const image = readRpz(readFileSync(file!), taken, source);
  const traits = {
    name,
    isShadow: false,
    ede: 'blocked' as const,
    category: undefined,
    expired: new ExpiredRules(),
  };
  return attachRpz({ ...traits, breakDnssec, recursiveOnly: false }, image, verdicts.table);
}

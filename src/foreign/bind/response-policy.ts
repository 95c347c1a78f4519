/** `response-policy`: the policy zones of a view, in their order. */

import type { Place } from '../../config/problem.ts';
import { lowerName, parseName } from '../../wire/name.ts';
import type { Acls } from './acls.ts';
import type { Scope } from './scope.ts';
import type { Statement, Word } from './statements.ts';
import type { Zones } from './zones.ts';

export interface BindPolicy {
  readonly name: string;
  readonly place: Place;
  /** The zone's file; undefined when its content is not known here. */
  readonly file: string | undefined;
  readonly override:
    | 'given'
    | 'nxdomain'
    | 'nodata'
    | 'drop'
    | 'passthru'
    | 'truncate'
    | 'disabled';
  /** Only queries with RD=1, of clients that may recurse, are judged. */
  readonly recursiveOnly: boolean;
  readonly breakDnssec: boolean;
}

const OVERRIDES: Readonly<Record<string, BindPolicy['override']>> = {
  given: 'given',
  nxdomain: 'nxdomain',
  nodata: 'nodata',
  drop: 'drop',
  passthru: 'passthru',
  'no-op': 'passthru',
  'tcp-only': 'truncate',
  disabled: 'disabled',
};

export function readPolicies(scope: Scope, zones: Zones, acls: Acls): readonly BindPolicy[] {
  const statement = scope.find('response-policy');
  if (statement === undefined) return [];
  return (statement.list ?? []).flatMap((line) => readPolicy(line, statement, zones, acls) ?? []);
}

function readPolicy(
  { words, place }: Statement,
  { rest }: Statement,
  zones: Zones,
  { problems, left }: Acls,
): BindPolicy | undefined {
  const name = words[1];
  const wire = name === undefined ? 'no name' : parseName(name.text);
  if (name === undefined || typeof wire === 'string') {
    return problems.add(place, 'expect zone "NAME" in response-policy');
  }
  const zone = zones.exact(lowerName(wire));
  if (zone === undefined) {
    return problems.add(
      name.place,
      `response-policy names no zone of this view: "${name.text}"; expect one`,
    );
  }
  if (zone.file === undefined) {
    const instead = 'its rules come by transfer; name its primaries in policies';
    left.push({ place, what: `zone "${name.text}" in response-policy`, instead, decides: true });
  }
  const override = wordAfter(words, 'policy') ?? 'given';
  const known = OVERRIDES[override];
  if (known === undefined) {
    const what = `policy ${override} for "${name.text}"`;
    left.push({ place, what, instead: 'write the rules as rules of ours', decides: true });
  }
  return {
    ...{ name: name.text, place, file: zone.file },
    override: known ?? 'given',
    recursiveOnly:
      (wordAfter(words, 'recursive-only') ?? wordAfter(rest, 'recursive-only')) !== 'no',
    breakDnssec: (wordAfter(words, 'break-dnssec') ?? wordAfter(rest, 'break-dnssec')) === 'yes',
  };
}

function wordAfter(words: readonly Word[], name: string): string | undefined {
  const at = words.findIndex(({ text }) => text === name);
  return at < 0 ? undefined : words[at + 1]?.text;
}

/** `response-policy`: the policy zones of a view, in their order. */

import { formatEndpoint, parseEndpoint } from '../../net/address.ts';
import { lowerName, parseName } from '../../wire/name.ts';
import type { ForeignZone } from '../policy-zone.ts';
import type { Acls } from './acls.ts';
import type { Scope } from './scope.ts';
import type { Statement, Word } from './statements.ts';
import type { BindZone, Zones } from './zones.ts';

const OVERRIDES: Readonly<Record<string, ForeignZone['override']>> = {
  given: 'given',
  nxdomain: 'nxdomain',
  nodata: 'nodata',
  drop: 'drop',
  passthru: 'passthru',
  'no-op': 'passthru',
  'tcp-only': 'truncate',
  disabled: 'disabled',
};

export function readPolicies(scope: Scope, zones: Zones, acls: Acls): readonly ForeignZone[] {
  const statement = scope.find('response-policy');
  if (statement === undefined) return [];
  return (statement.list ?? []).flatMap((line) => readPolicy(line, statement, zones, acls) ?? []);
}

function readPolicy(
  { words, place }: Statement,
  { rest }: Statement,
  zones: Zones,
  acls: Acls,
): ForeignZone | undefined {
  const { problems, left } = acls;
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
    const what = `zone "${name.text}" in response-policy`;
    const isCarried = transferOf(zone).primaries.length > 0;
    left.push({ place, what, instead, decides: true, ...(isCarried && { isCarried }) });
  }
  const override = wordAfter(words, 'policy') ?? 'given';
  const known = OVERRIDES[override];
  if (known === undefined) {
    const what = `policy ${override} for "${name.text}"`;
    left.push({ place, what, instead: 'write the rules as rules of ours', decides: true });
  }
  return {
    ...{ name: name.text, place, file: zone.file, ...transferOf(zone) },
    override: known ?? 'given',
    recursiveOnly:
      (wordAfter(words, 'recursive-only') ?? wordAfter(rest, 'recursive-only')) !== 'no',
    breakDnssec: (wordAfter(words, 'break-dnssec') ?? wordAfter(rest, 'break-dnssec')) === 'yes',
  };
}

/** `primaries { 192.0.2.1 port 5353 key "feed"; };`, all with the same key. */
function transferOf({ scope }: BindZone): Pick<ForeignZone, 'primaries' | 'tsig'> {
  const lines = (scope.own('primaries') ?? scope.own('masters'))?.list ?? [];
  const read = lines.map(({ words }) => {
    const [address = '', ...rest] = words.map(({ text }) => text);
    const after = (word: string) => rest[rest.indexOf(word) + 1];
    const port = rest.includes('port') ? Number(after('port')) : 53;
    const host = address.includes(':') ? `[${address}]` : address;
    const endpoint = parseEndpoint(host, port);
    const key = rest.includes('key') ? after('key') : undefined;
    return { server: endpoint && formatEndpoint(endpoint), key, isTls: rest.includes('tls') };
  });
  const keys = new Set(read.map(({ key }) => key));
  // A list that another statement names, keys of their own, TLS: for the operator.
  const isPlain = read.every(({ server, isTls }) => server !== undefined && !isTls);
  if (!isPlain || keys.size > 1) return { primaries: [] };
  const [name] = keys;
  const primaries = read.map(({ server }) => server!);
  return name === undefined ? { primaries } : { primaries, tsig: name };
}

function wordAfter(words: readonly Word[], name: string): string | undefined {
  const at = words.findIndex(({ text }) => text === name);
  return at < 0 ? undefined : words[at + 1]?.text;
}

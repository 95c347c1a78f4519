/** What an operator should know of a configuration that works. */

import type { AccessEntry, Config } from '../config/config.ts';
import { isLoopback, parseAddress } from '../net/address.ts';
import { formatPrefix } from '../net/prefix.ts';
import type { Policy } from './compile.ts';

/** Prefixes this wide take in most of the Internet. */
const OPEN_BITS = 1;

export function findWarnings(policy: Policy): string[] {
  const { config } = policy;
  return [
    ...openResolver(config),
    ...repeatedPrefixes('acl.query', config.acl.query),
    ...repeatedPrefixes('acl.recursion', config.acl.recursion ?? []),
    ...ignoredRules(policy),
    ...refusedNames(config),
    ...stdoutRotation(config),
  ];
}

/** An open resolver is used to attack others (RFC 5358). */
function openResolver({ listen, acl }: Config): string[] {
  const isReachable = listen.some(({ value }) => !isLoopback(parseAddress(value.address)!));
  if (!isReachable) return [];
  return acl.query.flatMap(({ action, prefixes, key, place }) =>
    action === 'allow' && prefixes.some(({ length }) => length <= OPEN_BITS)
      ? [
          `${place?.file}:${place?.line}: acl.query ${key} allows everybody on an address that others reach: an open resolver`,
        ]
      : [],
  );
}

/** Of two entries for one prefix only the first counts. */
function repeatedPrefixes(section: string, entries: readonly AccessEntry[]): string[] {
  const first = new Map<string, AccessEntry>();
  const warnings: string[] = [];
  for (const entry of entries) {
    for (const prefix of entry.prefixes.map(formatPrefix)) {
      const other = first.get(prefix);
      if (other === undefined) first.set(prefix, entry);
      else if (other !== entry) {
        const { place } = entry;
        warnings.push(
          `${place?.file}:${place?.line}: ${section} ${entry.key} never decides for ${prefix}: line ${other.place?.line} (${other.key}) does`,
        );
      }
    }
  }
  return warnings;
}

function ignoredRules({ zones }: Policy): string[] {
  return zones.flatMap(({ name, file, ignored }) =>
    [...ignored].map(
      ([kind, count]) => `${file}: policy ${name}: ${count} rules ignored (${kind})`,
    ),
  );
}

/** Stub resolvers take REFUSED as a reason to ask another server, which may answer. */
function refusedNames({ policies }: Config): string[] {
  return policies.flatMap(({ value: { name, rules, override }, place }) => {
    const refuses = rules?.filter(({ value }) => actionOf(value) === 'refuse').length ?? 0;
    if (refuses === 0 && override !== 'refuse') return [];
    return [
      `${place.file}:${place.line}: policy ${name.value} answers REFUSED: clients with a second resolver will ask that one; nxdomain or nodata end the search`,
    ];
  });
}

function stdoutRotation({ file, decisionLog: { to, rotate } }: Config): string[] {
  if (to !== 'stdout' || rotate === undefined) return [];
  return [`${file}: decisionLog.rotate is for a file: stdout is not rotated`];
}

type RuleValue = NonNullable<Config['policies'][number]['value']['rules']>[number]['value'];

function actionOf(value: RuleValue): string | undefined {
  return typeof value === 'string' ? value : value.action?.value;
}

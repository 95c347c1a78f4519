/** What an operator should know of a configuration that works. */

import type { AccessEntry, AccessList } from '../config/access-list.ts';
import type { Config } from '../config/config.ts';
import { formatPlace, type Place } from '../config/problem.ts';
import {
  type Endpoint,
  formatEndpoint,
  isLoopback,
  isUnspecified,
  parseAddress,
} from '../net/address.ts';
import { formatPrefix } from '../net/prefix.ts';
import { isZoneUp, splitZone } from '../net/zone.ts';
import { forgottenRanges } from './access/private-ranges.ts';
import type { Policy } from './compile.ts';
import type { FileLine, Ignored } from './rules/ignored.ts';
import { formatExpiry, isExpired } from './rules/in-force.ts';
import { originOf } from './rules/inline-rules.ts';
import { shadowedRules } from './rules/shadowed-rules.ts';

/** Prefixes this wide take in most of the Internet. */
const OPEN_BITS = 1;

export function findWarnings(policy: Policy): string[] {
  const { config } = policy;
  return [
    ...openResolver(config),
    ...config.listen.flatMap(({ value, place }) => servedFamilies(value, place, config)),
    ...forgottenRanges(config),
    ...listsOf(config).flatMap(repeatedPrefixes),
    ...ignoredRules(policy),
    ...doubtfulRules(policy),
    ...listHints(policy),
    ...ignoredHosts(policy),
    ...absentZones(policy),
    ...weakKeys(config),
    ...refusedNames(config),
    ...halfRefused(config),
    ...stdoutRotation(config),
    ...unspooled(config),
    ...expiredRules(policy),
    ...shadowedRules(policy),
  ];
}

/** An open resolver is used to attack others (RFC 5358). */
function openResolver({ listen, views: [{ acl }] }: Config): string[] {
  const isReachable = listen.some(({ value }) => !isLoopback(parseAddress(value.address)!));
  if (!isReachable) return [];
  return acl.query.entries.flatMap(({ action, prefixes, key, place }) =>
    action === 'allow' && prefixes.some(({ length }) => length <= OPEN_BITS)
      ? [
          `${place?.file}:${place?.line}: acl.query ${key} allows everybody on an address that others reach: an open resolver`,
        ]
      : [],
  );
}

/** What an address serves, where another one is expected. */
function servedFamilies(
  { address, port }: Endpoint,
  { file, line }: Place,
  { listen }: Config,
): string[] {
  const at = `${file}:${line}: listen ${formatEndpoint({ address, port })}`;
  const { zone } = splitZone(address);
  if (zone !== '' && !isZoneUp(zone)) {
    return [`${at}: no interface ${zone} with IPv6 is up on this host`];
  }
  const { family, words } = parseAddress(address)!;
  if (family === 4 || !isUnspecified({ family, words })) return [];
  const isBeside = listen.some(({ value }) => value.address === '0.0.0.0' && value.port === port);
  if (isBeside) return [];
  return [`${at} serves IPv6 clients alone: add 0.0.0.0:${port} for those of IPv4`];
}

/** All access lists, each once: views share those of the top level. */
function listsOf({ views }: Config): readonly AccessList[] {
  return [...new Set(views.flatMap(({ acl }) => Object.values(acl)))].filter(
    (list) => list !== undefined,
  );
}

function takesIn(one: AccessEntry, other: AccessEntry): boolean {
  if (one.transports === undefined) return true;
  return other.transports?.every((transport) => one.transports?.includes(transport)) ?? false;
}

/** Of two entries for one prefix and the same transports only the first counts. */
function repeatedPrefixes({ section, entries }: AccessList): string[] {
  const before = new Map<string, AccessEntry[]>();
  const warnings: string[] = [];
  for (const entry of entries) {
    for (const prefix of entry.prefixes.map(formatPrefix)) {
      const others = before.get(prefix) ?? [];
      const other = others.find((one) => one === entry || takesIn(one, entry));
      if (other === undefined) before.set(prefix, [...others, entry]);
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
  return zones.flatMap(({ name, ignored, serial }) =>
    ignoredKinds(`policy ${name}`, serial === undefined ? 'line' : 'rule', ignored),
  );
}

function ignoredHosts({ localRecords }: Policy): string[] {
  return localRecords.sources.flatMap(({ ignored }) =>
    ignoredKinds('localRecords', 'line', ignored),
  );
}

function ignoredKinds(
  whose: string,
  what: string,
  ignored: ReadonlyMap<string, Ignored>,
): string[] {
  return [...ignored].map(([kind, places]) => {
    const { count, first } = places;
    const [{ file, line }] = first as [FileLine];
    const many = `${what}${count === 1 ? '' : 's'}`;
    return `${file}:${line}: ${whose}: ${count} ${many} ignored (${kind})${linesOf(places)}`;
  });
}

/** What is in force in policy zones, but was hardly meant so. */
function doubtfulRules({ zones }: Policy): string[] {
  return zones.flatMap(({ name, doubts = new Map<string, Ignored>() }) =>
    [...doubts].map(([kind, places]) => {
      const [{ file, line }] = places.first as [FileLine];
      return `${file}:${line}: policy ${name}: ${kind}${linesOf(places)}`;
    }),
  );
}

/** `: lines 4, 9, …` for more than one. */
function linesOf({ count, first }: Ignored): string {
  if (count === 1) return '';
  return `: ${listLines(first[0]!.file, first)}${count > first.length ? ', …' : ''}`;
}

/** RFC 8945 section 6: MD5 is left for old servers alone. */
function weakKeys({ tsigKeys }: Config): string[] {
  return tsigKeys.flatMap(({ key, place, value: { algorithm } }) =>
    algorithm === 'hmac-md5'
      ? [
          `${place.file}:${place.line}: tsigKeys ${key} uses hmac-md5, which is not to be used any more: hmac-sha256 is`,
        ]
      : [],
  );
}

function listHints({ zones }: Policy): string[] {
  return zones.flatMap(({ name, hints = [] }) =>
    hints.map(({ file, line, message }) => `${file}:${line}: policy ${name}: ${message}`),
  );
}

/** A zone that comes by transfer and has not come. */
function absentZones({ zones }: Policy): string[] {
  return zones.flatMap(({ name, place, standing = 'loaded', fetchedFrom }) => {
    const at = `${place.file}:${place.line}: policy ${name}`;
    if (standing === 'missing' && fetchedFrom !== undefined)
      return [`${at} has no rules yet: ${fetchedFrom} is still to be fetched`];
    if (standing === 'missing')
      return [`${at} has no rules yet: its zone is still to be transferred`];
    return standing === 'expired' ? [`${at} has no rules: the copy of its zone has expired`] : [];
  });
}

/** `lines 4, 9, part.rpz:2`; `file` is the one that needs no name. */
function listLines(file: string, places: readonly FileLine[]): string {
  const shown = places.map((at) => (at.file === file ? at.line : `${at.file}:${at.line}`));
  return `lines ${shown.join(', ')}`;
}

/** Stub resolvers take REFUSED as a reason to ask another server, which may answer. */
function refusedNames({ policies }: Config): string[] {
  return policies.flatMap(({ value: { name, rules, override, action }, place }) => {
    const refuses = rules?.filter(({ value }) => actionOf(value) === 'refuse').length ?? 0;
    if (refuses === 0 && override !== 'refuse' && action !== 'refuse') return [];
    return [
      `${place.file}:${place.line}: policy ${name.value} answers REFUSED: clients with a second resolver will ask that one; nxdomain or nodata end the search`,
    ];
  });
}

/**
 * musl asks for A and AAAA at a time and waits for both; it takes a refusal for no answer, and has
 * no address then.
 */
function halfRefused({ policies }: Config): string[] {
  return policies.flatMap(({ value: { name, rules = [] } }) =>
    rules.flatMap(({ key, value, place }) => {
      if (typeof value === 'string' || actionOf(value) !== 'refuse') return [];
      const types = (value.types ?? []).map((type) => type.value.toUpperCase());
      const [half, ...others] = ['A', 'AAAA'].filter((type) => types.includes(type));
      if (half === undefined || others.length > 0) return [];
      const lost = half === 'A' ? 'AAAA' : 'A';
      return [
        `${place.file}:${place.line}: ${name.value}/${key} refuses ${half} alone: stubs that wait for both answers (musl) lose ${lost} too; nodata leaves it`,
      ];
    }),
  );
}

function stdoutRotation({ decisionLog: { to, rotate } }: Config): string[] {
  if (to.value !== 'stdout' || rotate === undefined) return [];
  return [`${formatPlace(to.place)}: decisionLog.rotate is for a file: stdout is not rotated`];
}

/** Without a file nothing keeps the records that a receiver does not take. */
function unspooled({ decisionLog: { to, clickhouse, otlp } }: Config): string[] {
  if (to.value !== 'stdout') return [];
  return Object.entries({ clickhouse, otlp }).flatMap(([key, section]) =>
    section === undefined
      ? []
      : [
          `${formatPlace(section.url.place)}: decisionLog.${key} has no file to send from, for decisionLog.to is stdout: records wait in memory, and are dropped and counted when there is no room or the server stops; expect decisionLog.to: FILE where none may be lost`,
        ],
  );
}

/** A rule that has expired does nothing any more. */
function expiredRules({ config }: Policy): string[] {
  const entries = listsOf(config).flatMap(({ section, entries }) =>
    entries.map((entry) => ({ ...entry, id: `${section} ${entry.key}` })),
  );
  const rules = config.policies.flatMap(({ value: { name, rules = [] } }) =>
    rules.map((line) => ({
      ...originOf(line),
      place: line.place,
      id: `${name.value}/${line.key}`,
    })),
  );
  return [...entries, ...rules].flatMap(({ id, place, expires }) =>
    isExpired(expires, Date.now())
      ? [
          `${place?.file}:${place?.line}: ${id} counted until ${formatExpiry(expires!)}: remove it or give it another day`,
        ]
      : [],
  );
}

type RuleValue = NonNullable<Config['policies'][number]['value']['rules']>[number]['value'];

function actionOf(value: RuleValue): string | undefined {
  return typeof value === 'string' ? value : value.action?.value;
}

/** `local-zone`, `local-data` and what goes with them, of the server or of a view. */

import { formatAddress, parseAddress } from '../../net/address.ts';
import { parseRecordText } from '../../policy/zone-text/rdata.ts';
import { lowerName, parseName } from '../../wire/name.ts';
import { RrType } from '../../wire/registry.ts';
import type { Left } from '../left.ts';
import { parseNetblock } from '../netblock.ts';
import type { Problems } from '../problems.ts';
import { addDefaultZones } from './default-zones.ts';
import { isRedirect, LOCAL_ZONE_TYPES, type LocalZoneType } from './local-zone-types.ts';
import { type LocalRecord, LocalZones } from './local-zones.ts';
import { type Settings, wireOf, wordsIn } from './settings.ts';
import type { Option } from './statements.ts';
import type { Word } from './tokens.ts';

export interface LocalParts {
  readonly problems: Problems;
  readonly left: Left[];
  /** Names of `define-tag`, in their order. */
  readonly tags: readonly string[];
}

const TTL = 3600;

/** `hasDefaults`: with the zones that Unbound brings along. */
export function readLocalZones(
  settings: Settings,
  { hasDefaults, unblockLan }: { hasDefaults: boolean; unblockLan: boolean },
  parts: LocalParts,
): LocalZones {
  const zones = new LocalZones();
  const opened: string[] = [];
  for (const { values, place } of settings.all('local-zone')) {
    const wire = wireOf(values[0]!, parts.problems);
    const type = typeOf(values[1]!, parts.problems);
    if (wire === undefined || type === undefined) continue;
    const name = values[0]!.text.toLowerCase().replace(/\.$/, '');
    if (type === 'nodefault' && hasDefaults) opened.push(name);
    else zones.add(wire, name, type, place);
  }
  const records = hasDefaults ? [...addDefaultZones(zones, { opened, unblockLan })] : [];
  records.push(
    ...settings.all('local-data').flatMap((option) => localRecord(option, parts) ?? []),
    ...settings.all('local-data-ptr').flatMap((option) => pointer(option, parts) ?? []),
  );
  for (const option of settings.all('local-zone-override')) override(option, zones, parts.problems);
  for (const option of settings.all('local-zone-tag')) tag(option, zones, parts);
  zones.addRecords(records);
  checkRedirects(zones, records, parts.problems);
  return zones;
}

function tag({ values }: Option, zones: LocalZones, parts: LocalParts): void {
  const wire = wireOf(values[0]!, parts.problems);
  if (wire === undefined) return;
  const zone = zones.exact(wire);
  if (zone === undefined) noZone(values[0]!, parts.problems);
  else zone.tags = tagsIn(values[1]!, parts);
}

/** Unbound does not start with tags or overrides of a zone that is not there. */
function noZone({ text, place }: Word, problems: Problems): void {
  problems.add(place, `there is no local-zone "${text}"; expect one that is written or built in`);
}

/** Positions of tags; one that is not defined is reported. */
export function tagsIn({ text, place }: Word, { tags, problems }: LocalParts): readonly number[] {
  return wordsIn(text).flatMap((tag) => {
    const at = tags.indexOf(tag);
    if (at < 0) problems.add(place, `tag "${tag}" is not defined; expect one of define-tag`);
    return at < 0 ? [] : [at];
  });
}

export function typeOf({ text, place }: Word, problems: Problems): LocalZoneType | undefined {
  const known = LOCAL_ZONE_TYPES.find((type) => type === text);
  const expected = `expect ${LOCAL_ZONE_TYPES.join(', ')}`;
  return known ?? problems.add(place, `"${text}" is not a type of local-zone; ${expected}`);
}

/** `"www.example.com 300 IN A 192.0.2.1"` */
function localRecord(
  { name, values: [word], place }: Option,
  { problems, left }: LocalParts,
): LocalRecord | undefined {
  const [, owner = '', rest = ''] = /^\s*(\S+)\s*(.*)$/s.exec(word!.text) ?? [];
  if (/^(?:\d+\s+)?(?:CH|HS)\s/i.test(rest)) {
    const instead = 'a record of another class than IN: Unbound answers it, explain does not';
    left.push({ place, what: `${name}: "${word!.text}"`, instead, decides: true });
    return undefined;
  }
  const wire = parseName(owner);
  if (typeof wire === 'string') {
    return problems.add(word!.place, `"${owner}" has ${wire}; expect a record with its name`);
  }
  const record = parseRecordText(rest);
  if (typeof record === 'string') {
    return problems.add(word!.place, `${name}: ${record}; expect "NAME [TTL] [IN] TYPE DATA"`);
  }
  const { type, ttl = TTL, rdata } = record;
  return { owner: lowerName(wire), name: owner, record: { type, ttl, rdata }, place };
}

/** `"192.0.2.1 300 www.example.com"` */
function pointer(
  { values: [word], place }: Option,
  { problems }: LocalParts,
): LocalRecord | undefined {
  const words = word!.text.trim().split(/\s+/);
  const address = parseAddress(words[0] ?? '');
  const target = parseName(words.at(-1) ?? '');
  if (address === undefined || words.length < 2 || typeof target === 'string') {
    const expected = 'expect "ADDRESS [TTL] NAME"';
    return problems.add(word!.place, `local-data-ptr: "${word!.text}"; ${expected}`);
  }
  const name = reverseName(address.family, formatAddress(address.family, address.words), address);
  const owner = lowerName(parseName(name) as Uint8Array);
  const ttl = words.length > 2 ? Number(words[1]) : TTL;
  return { owner, name, record: { type: RrType.PTR, ttl, rdata: target }, place };
}

function reverseName(family: 4 | 6, text: string, { words }: { words: Uint32Array }): string {
  if (family === 4) return `${text.split('.').reverse().join('.')}.in-addr.arpa`;
  const digits = [...words].map((word) => word.toString(16).padStart(8, '0')).join('');
  return `${[...digits].reverse().join('.')}.ip6.arpa`;
}

function override({ values }: Option, zones: LocalZones, problems: Problems): void {
  const wire = wireOf(values[0]!, problems);
  const prefix = parseNetblock(values[1]!.text);
  const type = typeOf(values[2]!, problems);
  if (typeof prefix === 'string') {
    problems.add(values[1]!.place, prefix);
    return;
  }
  if (wire === undefined || type === undefined) return;
  const zone = zones.exact(wire);
  if (zone === undefined) noZone(values[0]!, problems);
  else zone.overrides.push({ prefix, type });
}

/** Unbound does not start with data below the apex of such a zone. */
function checkRedirects(
  zones: LocalZones,
  records: readonly LocalRecord[],
  problems: Problems,
): void {
  for (const { owner, name, record, place } of records) {
    const zone = zones.of(owner, record.type, 'any');
    if (zone === undefined || place === undefined || !isRedirect(zone.type)) continue;
    if (owner.length !== zone.wire.length) {
      const message = `"${name}" is below "${zone.name}", a zone of type ${zone.type}; expect data of the zone's own name`;
      problems.add(place, message);
    }
  }
}

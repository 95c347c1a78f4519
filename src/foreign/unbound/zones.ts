/** `auth-zone`, `rpz`, `forward-zone` and `stub-zone`. */

import { existsSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import type { Place } from '../../config/problem.ts';
import { contains, type Prefix, parsePrefix } from '../../net/prefix.ts';
import { parentName } from '../../wire/name.ts';
import { RrType } from '../../wire/registry.ts';
import type { Left } from '../left.ts';
import { parseNetblock } from '../netblock.ts';
import type { ForeignZone } from '../policy-zone.ts';
import type { Problems } from '../problems.ts';
import { keyOf, readZoneFile, type ZoneData } from '../zone-data.ts';
import { type LocalParts, tagsIn } from './local-data.ts';
import { ourServer } from './server-text.ts';
import { Settings } from './settings.ts';
import type { Clause } from './statements.ts';

export interface AuthZone {
  readonly name: string;
  readonly wire: Uint8Array;
  readonly place: Place;
  /** Undefined when its content is not known here, as with zones that come by transfer. */
  readonly data: ZoneData | undefined;
  readonly forDownstream: boolean;
  readonly forUpstream: boolean;
  readonly fallback: boolean;
  /** Who may send it NOTIFY. */
  readonly notifiers: readonly Prefix[];
}

export interface PolicyZone extends ForeignZone {
  readonly tags: readonly number[] | undefined;
}

export interface Delegated {
  readonly kind: 'forward-zone' | 'stub-zone';
  readonly name: string;
  readonly wire: Uint8Array;
  readonly place: Place;
  /** Addresses and host names, as written. */
  readonly servers: readonly string[];
  /** The root is asked when these do not answer. */
  readonly isFirst: boolean;
  /** `forward-no-cache`, `stub-no-cache`. */
  readonly isUncached: boolean;
  /** Its servers are asked by TLS: `tls-upstream` of the server's, or its own. */
  readonly isTls: boolean;
}

export interface ZoneParts extends LocalParts {
  /** Where relative paths start: `directory`. */
  readonly folder: string;
}

export function readAuthZone(clause: Clause, parts: ZoneParts): AuthZone | undefined {
  const settings = new Settings([clause], parts.problems, clause.place);
  const domain = settings.domain();
  if (domain === undefined) return undefined;
  const primaries = [...settings.all('primary'), ...settings.all('master')];
  const sources = [...primaries, ...settings.all('url')];
  const file = fileOf(settings, parts, sources.length > 0);
  if (file === undefined && sources.length > 0) {
    const instead = 'its content comes by transfer: explain takes it for one that has not come yet';
    parts.left.push({
      place: clause.place,
      what: `auth-zone "${domain.text}"`,
      instead,
      decides: true,
    });
  }
  // A zone that is transferred from nobody is refreshed by no NOTIFY either.
  const allowed = sources.length > 0 ? [...primaries, ...settings.all('allow-notify')] : [];
  const notifiers = allowed.flatMap(({ values }) => {
    const prefix = parseNetblock(values[0]!.text.replace(/[@#].*$/, ''));
    return typeof prefix === 'string' ? [] : [prefix];
  });
  return {
    ...{ name: domain.text, wire: domain.wire, place: clause.place, notifiers },
    data: file === undefined ? undefined : readZoneFile(file, domain.wire),
    forDownstream: settings.flag('for-downstream', true),
    forUpstream: settings.flag('for-upstream', true),
    fallback: settings.flag('fallback-enabled', false),
  };
}

/** `rpz-action-override`, in our words: it is for names. */
const OVERRIDES = ['nxdomain', 'nodata', 'drop', 'passthru', 'disabled'] as const;

export function readPolicyZone(clause: Clause, parts: ZoneParts): PolicyZone | undefined {
  const settings = new Settings([clause], parts.problems, clause.place);
  const domain = settings.domain();
  if (domain === undefined) return undefined;
  const primaries = [...settings.all('primary'), ...settings.all('master')].map(({ values }) =>
    ourServer(values[0]!.text),
  );
  const isFetched = primaries.length > 0 || settings.all('url').length > 0;
  const file = fileOf(settings, parts, isFetched);
  if (file === undefined) {
    const isCarried = primaries.length > 0;
    const instead = 'its rules come by transfer; name its primaries in policies';
    parts.left.push({
      place: clause.place,
      what: `rpz "${domain.text}"`,
      instead,
      decides: true,
      ...(isCarried && { isCarried }),
    });
  }
  const tags = settings.word('tags');
  const override = settings.text('rpz-action-override');
  return {
    ...{ name: domain.text, place: clause.place, file, primaries },
    override: OVERRIDES.find((word) => word === override) ?? 'given',
    // RD=0 does not come as far; of signed answers Unbound knows nothing here.
    ...{ breakDnssec: true, recursiveOnly: false },
    tags: tags && tagsIn(tags, parts),
  };
}

export function readDelegated(
  clause: Clause,
  kind: Delegated['kind'],
  { problems, isTls }: { readonly problems: Problems; readonly isTls: boolean },
): Delegated | undefined {
  const settings = new Settings([clause], problems, clause.place);
  const domain = settings.domain();
  if (domain === undefined) return undefined;
  const part = kind === 'forward-zone' ? 'forward' : 'stub';
  const servers = [...settings.all(`${part}-addr`), ...settings.all(`${part}-host`)];
  return {
    ...{ kind, name: domain.text, wire: domain.wire, place: clause.place },
    servers: servers.map(({ values }) => values[0]!.text),
    isFirst: settings.flag(`${part}-first`, false),
    isUncached: settings.flag(`${part}-no-cache`, false),
    isTls: [`${part}-tls-upstream`, `${part}-ssl-upstream`].some((one) =>
      settings.flag(one, isTls),
    ),
  };
}

/** Unbound does not start without the file, unless the zone comes from elsewhere. */
function fileOf(
  settings: Settings,
  { folder, problems }: ZoneParts,
  isFetched: boolean,
): string | undefined {
  const word = settings.word('zonefile');
  if (word === undefined || word.text === '') return undefined;
  const path = isAbsolute(word.text) ? word.text : join(folder, word.text);
  if (existsSync(path)) return path;
  if (!isFetched) problems.add(word.place, `there is no file ${path}; expect a zone file`);
  return undefined;
}

/** The zone of the closest name at or above. */
export function closest<Z extends { readonly wire: Uint8Array }>(
  zones: readonly Z[],
  name: Uint8Array,
): Z | undefined {
  for (let at: Uint8Array | undefined = name; at !== undefined; at = parentName(at)) {
    const key = keyOf(at);
    const zone = zones.find(({ wire }) => keyOf(wire) === key);
    if (zone !== undefined) return zone;
  }
  return undefined;
}

/** Where the search for a zone starts: DS records are those of the zone above. */
export function startFor(name: Uint8Array, qtype: number): Uint8Array {
  return qtype === RrType.DS ? (parentName(name) ?? name) : name;
}

/** Addresses that Unbound does not ask: its own host, unless allowed, and those written. */
export function readUnasked(server: Settings, left: Left[]): (address: string) => boolean {
  const localhost = server.flag('do-not-query-localhost', true) ? ['127.0.0.0/8', '::1'] : [];
  const written = server.all('do-not-query-address').map(({ values, place }) => {
    const prefix = parseNetblock(values[0]!.text);
    if (typeof prefix === 'string') {
      left.push({ place, what: 'do-not-query-address', instead: prefix, decides: false });
    }
    return prefix;
  });
  const all = [...localhost.map(parsePrefix), ...written];
  return (server) => {
    const address = parsePrefix(server.replace(/[@#].*$/, ''));
    if (typeof address === 'string') return false;
    return all.some(
      (prefix) =>
        typeof prefix !== 'string' && prefix.family === address.family && contains(prefix, address),
    );
  };
}

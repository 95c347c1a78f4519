/** A policy zone that comes by transfer: its settings, and its state. */

import { type Config, resolvePath } from '../../../config/config.ts';
import type { PrimaryAddress } from '../../../config/primary-text.ts';
import type { Problem } from '../../../config/problem.ts';
import { formatName, lowerName, parseName } from '../../../wire/name.ts';
import { createTsigKey, leastMacLength, type TsigKey, wholeMacLength } from '../../../wire/tsig.ts';
import type { Override, RpzImage } from '../rpz-image.ts';
import { type KnownCopy, readCache } from './cache-file.ts';
import { expiresAt } from './soa-timers.ts';
import { compileCopy } from './zone-image.ts';

/** Whom to believe that it is a primary, and what it gets to see: files in PEM. */
export interface FeedTls {
  readonly ca: string | undefined;
  /** SHA-256 of public keys in base64. */
  readonly pins: readonly string[] | undefined;
  readonly identity: { readonly certificate: string; readonly key: string } | undefined;
}

export interface TransferredZone {
  /** The name of its policy. */
  readonly policy: string;
  /** Wire format, in lower case. */
  readonly zone: Uint8Array;
  readonly primaries: readonly PrimaryAddress[];
  /** For primaries that are asked by TLS. */
  readonly tls: FeedTls;
  readonly key: TsigKey | undefined;
  readonly cacheFile: string | undefined;
  /** Octets of records, and milliseconds, that a transfer may take. */
  readonly maxSize: number;
  readonly maxTime: number;
  readonly override: Override;
}

/** `missing`: it was never loaded; `expired`: no primary has confirmed it for too long. */
export type Standing = 'loaded' | 'missing' | 'expired';

/** What is there of a zone at a time. */
export interface ZoneState {
  readonly standing: Standing;
  /** Its rules, while they are loaded. */
  readonly image: RpzImage | undefined;
  /** Milliseconds since the epoch. */
  readonly since: number;
}

/** A zone of which nothing is known. */
export const MISSING: ZoneState = { standing: 'missing', image: undefined, since: 0 };

type Transfer = Exclude<NonNullable<Config['policies'][number]['value']['rpz']>['value'], string>;

/** The zones that the policies of a configuration transfer; what is wrong goes to `problems`. */
export function readTransferredZones(
  config: Config,
  keys: ReadonlyMap<string, TsigKey>,
  problems: Problem[],
): ReadonlyMap<string, TransferredZone> {
  const zones = new Map<string, TransferredZone>();
  for (const { value } of config.policies) {
    const transfer = value.rpz?.value;
    if (transfer === undefined || typeof transfer === 'string') continue;
    const { zone, primaries, tsig, cacheFile, maxSize, maxTime } = transfer;
    const wire = parseName(zone.value);
    if (typeof wire === 'string') {
      problems.push({ ...zone.place, message: `"${zone.value}" has ${wire}; expect a zone name` });
      continue;
    }
    const file = cacheFile === undefined ? undefined : resolvePath(config, cacheFile);
    const other = [...zones.values()].find((one) => file !== undefined && one.cacheFile === file);
    if (other !== undefined && formatName(other.zone) !== formatName(lowerName(wire))) {
      const message = `policy ${other.policy} keeps another zone in ${file}; expect another cacheFile`;
      problems.push({ ...zone.place, message });
    }
    zones.set(value.name.value, {
      policy: value.name.value,
      zone: lowerName(wire),
      primaries: primaries.map((primary) => primary.value),
      key: tsig === undefined ? undefined : keys.get(tsig),
      tls: readTls(config, transfer),
      cacheFile: file,
      maxSize,
      maxTime,
      override: value.override,
    });
  }
  return zones;
}

function readTls(config: Config, { ca, pins, certificate, key }: Transfer): FeedTls {
  const identity = certificate &&
    key && {
      certificate: resolvePath(config, certificate.value),
      key: resolvePath(config, key.value),
    };
  return {
    ca: ca && resolvePath(config, ca.value),
    pins: pins?.value.map(({ value }) => value),
    identity,
  };
}

/** The keys of a configuration by their names in it; what is wrong goes to `problems`. */
export function readTsigKeys(config: Config, problems: Problem[]): ReadonlyMap<string, TsigKey> {
  const keys = new Map<string, TsigKey>();
  for (const { key: name, place, value } of config.tsigKeys) {
    const { algorithm, secret, macLength } = value;
    const wire = parseName(name);
    if (typeof wire === 'string') {
      problems.push({ ...place, message: `"${name}" has ${wire}; expect a domain name` });
      continue;
    }
    const [least, whole] = [leastMacLength(algorithm), wholeMacLength(algorithm)];
    const length = macLength?.value ?? whole;
    if (macLength !== undefined && (length < least || length > whole)) {
      const message = `${length} is no length for ${algorithm}; expect ${least} to ${whole}`;
      problems.push({ ...macLength.place, message });
    }
    keys.set(name, createTsigKey(wire, algorithm, secret.octets, length));
  }
  return keys;
}

/** What is there of a zone whose copy is known. */
export function stateOf(known: KnownCopy, override: Override, now: number): ZoneState {
  const { copy, confirmedAt } = known;
  const end = expiresAt(copy.soa, confirmedAt);
  if (end <= now) return { standing: 'expired', image: undefined, since: end };
  return { standing: 'loaded', image: compileCopy(known, override), since: confirmedAt };
}

/** What is there of a zone by its cache file; what cannot be used is as if it were not there. */
export function readCachedState({ cacheFile, zone, override }: TransferredZone): ZoneState {
  const now = Date.now();
  try {
    const known = cacheFile === undefined ? undefined : readCache(cacheFile, zone);
    if (known !== undefined) return stateOf(known, override, now);
  } catch {
    // A running server logs it, and transfers the zone.
  }
  return { standing: 'missing', image: undefined, since: now };
}

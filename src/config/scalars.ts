/** The kinds of single values that the configuration knows. */

import { parseDuration } from '../clock.ts';
import { type Endpoint, formatAddress, parseAddress, parseEndpoint } from '../net/address.ts';
import { type Prefix, parsePrefix } from '../net/prefix.ts';
import { type Kind, readText, scalar } from './kind.ts';
import { Secret } from './secret.ts';

const MAX_THREADS = 64;

const KB = 1000;
const KIB = 1024;
const OCTETS = {
  KB,
  MB: KB ** 2,
  GB: KB ** 3,
  KiB: KIB,
  MiB: KIB ** 2,
  GiB: KIB ** 3,
} as const;
const MAX_SIZE = KIB ** 4;

const DAY_MS = 86_400_000;

const MAX_HOST_NAME = 253;
const LABEL = /^[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?$/;

export const text: Kind<string> = scalar('a text that is not empty', (given) =>
  given === '' ? undefined : given,
);

export const endpoint: Kind<Endpoint> = scalar(
  'an address and a port, like 127.0.0.1:53 or "[::1]:53"',
  (given) => parseEndpoint(given),
);

/** An address that clients can be sent to: neither a wildcard nor one with a zone. */
export const hostAddress: Kind<string> = scalar(
  'an address like 192.0.2.53 or "2001:db8::53"',
  (given) => {
    const parsed = given.includes('%') ? undefined : parseAddress(given);
    if (parsed === undefined || parsed.words.every((word) => word === 0)) return undefined;
    return formatAddress(parsed.family, parsed.words);
  },
);

/** The name of a host (RFC 1123 section 2.1), in lower case and without a dot at the end. */
export const hostName: Kind<string> = scalar('a host name like dns.example.com', (given) => {
  const name = given.toLowerCase().replace(/\.$/, '');
  const isName =
    name.length <= MAX_HOST_NAME && name.split('.').every((label) => LABEL.test(label));
  // A last label of digits makes an address of it, or something that looks like one.
  return isName && name.includes('.') && !/\.\d+$/.test(name) ? name : undefined;
});

/** What stands in a URL behind the host. */
export const urlPath: Kind<string> = scalar('a path like /dns-query', (given) =>
  /^\/[\w\-.~/]*$/.test(given) ? given : undefined,
);

/** Milliseconds. */
export const duration: Kind<number> = scalar('a duration like 500ms, 2s, 10m, 1h or 1d', (given) =>
  readDuration(given),
);

/** Milliseconds between two durations, which are named as an operator would write them. */
export function durationBetween(least: string, most: string): Kind<number> {
  const [from, to] = [readDuration(least)!, readDuration(most)!];
  return scalar(`a duration from ${least} to ${most}`, (given) => {
    const value = readDuration(given);
    return value !== undefined && value >= from && value <= to ? value : undefined;
  });
}

export function integer(least: number, most: number): Kind<number> {
  return scalar(`a whole number from ${least} to ${most}`, (given) => {
    const value = Number(given);
    return /^-?\d+$/.test(given) && value >= least && value <= most ? value : undefined;
  });
}

export function oneOf<const T extends string>(...words: readonly T[]): Kind<T> {
  const expects = `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
  return scalar(expects, (given) => words.find((word) => word === given));
}

/** Sixteen octets that nobody should know; a wrong one is not shown. */
export const secret: Kind<Secret> = {
  expects: '32 hexadecimal digits',
  read(node, document) {
    const given = readText(node, document, this.expects);
    if (given === undefined) return undefined;
    if (/^[0-9a-f]{32}$/i.test(given))
      return new Secret(Uint8Array.from(Buffer.from(given, 'hex')));
    return document.report(node, `this is no secret; expect ${this.expects}`);
  },
};

export const flag: Kind<boolean> = scalar('true or false', (given) =>
  given === 'true' ? true : given === 'false' ? false : undefined,
);

/** Octets: at least `least`, written as an operator would. */
export function sizeFrom(least: string): Kind<number> {
  const from = measure(least, OCTETS)!;
  return scalar(`a size like 64KiB or 100MB, at least ${least}`, (given) => {
    const value = measure(given, OCTETS);
    return value !== undefined && value >= from && value <= MAX_SIZE ? value : undefined;
  });
}

/** A number of threads, or `auto`. */
export const threadCount: Kind<number | 'auto'> = scalar(
  `auto or a whole number from 0 to ${MAX_THREADS}`,
  (given) => {
    if (given === 'auto') return given;
    return /^\d{1,3}$/.test(given) && Number(given) <= MAX_THREADS ? Number(given) : undefined;
  },
);

/** A prefix, or an address as the prefix of itself. */
export const prefix: Kind<Prefix> = {
  expects: 'a prefix like 10.0.0.0/8 or 2001:db8::/32',
  read(node, document) {
    const given = readText(node, document, this.expects);
    if (given === undefined) return undefined;
    const parsed = parsePrefix(given);
    return typeof parsed === 'string' ? document.report(node, parsed) : parsed;
  },
};

/** An IPv6 prefix with room for an IPv4 address behind it (RFC 6052 section 2.2). */
export const translationPrefix: Kind<Prefix> = {
  expects: 'an IPv6 prefix of 96 bits like 2001:db8:64::/96',
  read(node, document) {
    const parsed = prefix.read(node, document);
    if (parsed === undefined || (parsed.family === 6 && parsed.length === 96)) return parsed;
    const given = readText(node, document, this.expects);
    return document.report(node, `${JSON.stringify(given)} is not ${this.expects}`);
  },
};

/** Milliseconds since the epoch: the end of a day in UTC. */
export const endOfDay: Kind<number> = scalar('a date like 2027-01-31', (given) => {
  const start = /^\d{4}-\d\d-\d\d$/.test(given) ? Date.parse(`${given}T00:00:00Z`) : Number.NaN;
  // Date.parse takes 30 February for 2 March.
  const isDay = !Number.isNaN(start) && new Date(start).toISOString().startsWith(given);
  return isDay ? start + DAY_MS : undefined;
});

/** Zero needs no unit. */
function readDuration(given: string): number | undefined {
  return given === '0' ? 0 : parseDuration(given);
}

function measure(given: string, units: Readonly<Record<string, number>>): number | undefined {
  const parts = /^(\d+)([A-Za-z]+)$/.exec(given);
  if (parts === null) return given === '0' ? 0 : undefined;
  const unit = Object.hasOwn(units, parts[2]!) ? units[parts[2]!] : undefined;
  return unit === undefined ? undefined : Number(parts[1]) * unit;
}

/**
 * Pi-hole 6: pihole.toml and gravity.db as a policy of ours, by the source of FTL (6.0 to 6.2). It is dnsmasq with
 * lists of names before it: what it writes for dnsmasq is read as dnsmasq would.
 */

import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { below } from '../../config/placed-yaml.ts';
import { ConfigError } from '../../config/problem.ts';
import { parseType, RrType } from '../../wire/registry.ts';
import { compileDnsmasq, cutsOf } from '../dnsmasq/dnsmasq.ts';
import { domainSuffix } from '../dnsmasq/hosts.ts';
import { wireOf } from '../dnsmasq/names.ts';
import type { DnsmasqParts } from '../dnsmasq/parts.ts';
import { leftIn } from '../dnsmasq/unmodelled.ts';
import { waysOf } from '../dnsmasq/ways.ts';
import type { ForeignServer } from '../foreign-policy.ts';
import { type HostAddress, thisHost } from '../host.ts';
import type { Left } from '../left.ts';
import { Problems, readForeign } from '../problems.ts';
import { CANARY, compileBlocking, RELAYS } from './blocking.ts';
import { openDatabase } from './database.ts';
import { dnsmasqOptions } from './dnsmasq-options.ts';
import { Gravity } from './gravity.ts';
import { compileOwnNames, ownNames } from './own-names.ts';
import { looksLikeSetupVars } from './recognition.ts';
import { Settings, unknownKeys } from './settings.ts';
import { readPlacedToml } from './toml.ts';

const GRAVITY = '/etc/pihole/gravity.db';
const VERSION_5 =
  'it is of Pi-hole 5, whose files are setupVars.conf, custom.list and /etc/dnsmasq.d; expect pihole.toml, ' +
  'which Pi-hole 6 makes of them when it is updated';

/** Reads a pihole.toml, and its gravity.db. Throws a ConfigError with all that is wrong. */
export function readPihole(file: string, host: readonly HostAddress[] = thisHost()): ForeignServer {
  const read = readForeign(file, 'a pihole.toml');
  const fail = (message: string) => new ConfigError([{ file, line: 1, column: 1, message }]);
  if ('problem' in read) throw fail(read.problem);
  if (looksLikeSetupVars(read.text)) throw fail(VERSION_5);
  const { value: root, problems: found } = readPlacedToml(file, read.text);
  if (found.length > 0) throw new ConfigError(found);
  const problems = new Problems();
  const settings = new Settings(root, problems);
  const { options, texts } = dnsmasqOptions(settings, problems);
  const left: Left[] = [...leftIn(options.filter(isWritten)), ...leftOf(settings)];
  left.push(...unknownKeys(root));
  const parts: DnsmasqParts = { problems, left, options };
  const dnsmasq = compileDnsmasq(parts, host, settings.list('dns.hosts'));
  const { world } = dnsmasq;
  const gravityFile = gravityOf(settings, file);
  const gravity = readGravity(gravityFile, settings, left);
  const own = ownNames(domainSuffix(parts));
  const [access, protocol, ...rest] = dnsmasq.layers;
  const { verdicts } = world;
  const layers = [
    ...[access!, protocol!],
    compileOwnNames(settings, own, verdicts),
    compileBlocking({ settings, verdicts, gravity, gravityFile }),
    ...rest,
  ];
  problems.throwIfAny();
  const cuts = cutsOf(world);
  const types = [...(gravity?.denyRegexes ?? []), ...(gravity?.allowRegexes ?? [])];
  return {
    ...{ program: 'Pi-hole', listen: world.listen, verdicts, left },
    views: [{ name: 'Pi-hole', layers, ways: waysOf(world) }],
    viewOf: () => 0,
    cuts: {
      /** Only who compares all names needs those of all lists. */
      get names() {
        const listed = [...own, CANARY, ...RELAYS, 'resolver.arpa', ...(gravity?.names() ?? [])];
        return [...cuts.names, ...listed.flatMap((name) => wireOf(name) ?? [])];
      },
      prefixes: [...cuts.prefixes, ...(gravity?.prefixes ?? [])],
      types: [...cuts.types, RrType.ANY, ...types.flatMap(({ text }) => typesIn(text))],
    },
    texts: [read.text, ...texts, ...dnsmasq.texts, gravity?.identity ?? ''],
  };
}

/** What FTL writes for dnsmasq by itself is nobody's statement. */
function isWritten({ name }: { readonly name: string }): boolean {
  return name !== 'filter-rr';
}

/** At its path, or beside the file when that is a copy. */
function gravityOf(settings: Settings, file: string): string {
  const written = settings.text('files.gravity', GRAVITY);
  const beside = join(dirname(file), basename(written));
  return existsSync(written) || !existsSync(beside) ? written : beside;
}

function readGravity(file: string, settings: Settings, left: Left[]): Gravity | undefined {
  const place = settings.place('files.gravity');
  try {
    const database = openDatabase(file);
    if (database !== undefined) return new Gravity(database, file, left);
    const instead = `it is not there (${file}): copy it beside the file`;
    left.push({ place, what: 'the lists of gravity.db', instead, decides: true });
    return undefined;
  } catch (error) {
    const { message } = error as Error;
    const expected = 'expect a gravity.db of Pi-hole';
    throw new ConfigError([
      { file, line: 1, column: 1, message: `it cannot be read: ${message}; ${expected}` },
    ]);
  }
}

/** `;querytype=A` in an expression. */
function typesIn(regex: string): readonly number[] {
  const [, list = ''] = /;querytype=!?([^;]*)/i.exec(regex) ?? [];
  return list.split(',').flatMap((word) => parseType(word.trim().toUpperCase()) ?? []);
}

function leftOf(settings: Settings): readonly Left[] {
  const { root } = settings;
  const most = settings.count('dns.rateLimit.count', 1000);
  const interval = settings.count('dns.rateLimit.interval', 60);
  const limit: Left = {
    place: settings.place('dns.rateLimit.count'),
    what: `dns.rateLimit ${most}/${interval}`,
    instead: `REFUSED for a client with more than ${most} questions in ${interval} s: set rateLimit`,
    decides: false,
  };
  const subnet: Left = {
    place: settings.place('dns.EDNS0ECS'),
    what: 'dns.EDNS0ECS',
    instead:
      'an address in EDNS Client Subnet counts as that of the client; here proxyProtocol is for that',
    decides: false,
  };
  return [
    ...(below(root, 'dns') !== undefined && most > 0 && interval > 0 ? [limit] : []),
    ...(settings.flag('dns.EDNS0ECS', true) && settings.has('dns.EDNS0ECS') ? [subnet] : []),
  ];
}

/** The programs whose configuration is read, and how a file shows which of them it is for. */

import { readAdguard } from './adguard/adguard.ts';
import { looksLikeAdguard } from './adguard/recognition.ts';
import { readBind } from './bind/bind.ts';
import { looksLikeBind } from './bind/recognition.ts';
import { readCoredns } from './coredns/coredns.ts';
import { looksLikeCorefile } from './coredns/recognition.ts';
import { readDnsdist } from './dnsdist/dnsdist.ts';
import { looksLikeDnsdist } from './dnsdist/recognition.ts';
import { readDnsmasq } from './dnsmasq/dnsmasq.ts';
import { looksLikeDnsmasq } from './dnsmasq/recognition.ts';
import { type ForeignPolicy, type ForeignServer, toPolicy } from './foreign-policy.ts';
import { readPihole } from './pihole/pihole.ts';
import { looksLikePihole } from './pihole/recognition.ts';
import { readForeign } from './problems.ts';
import { looksLikeResolv, readResolv } from './resolv-conf.ts';
import { looksLikeUnbound } from './unbound/recognition.ts';
import { readUnbound } from './unbound/unbound.ts';

interface Reader {
  /** As it is named on the command line. */
  readonly name: string;
  /** Whether a file of this text is for the program; `file` is its path. */
  recognises(text: string, file: string): boolean;
  /** Throws a ConfigError with all that is wrong. */
  read(file: string): ForeignServer;
}

/** In the order in which a file is tried: those whose texts show it more clearly first. */
const READERS: readonly Reader[] = [
  { name: 'bind', recognises: looksLikeBind, read: (file) => readBind(file) },
  { name: 'unbound', recognises: looksLikeUnbound, read: readUnbound },
  { name: 'dnsdist', recognises: looksLikeDnsdist, read: readDnsdist },
  { name: 'coredns', recognises: looksLikeCorefile, read: readCoredns },
  { name: 'adguard', recognises: looksLikeAdguard, read: readAdguard },
  { name: 'pihole', recognises: looksLikePihole, read: (file) => readPihole(file) },
  { name: 'resolv', recognises: looksLikeResolv, read: readResolv },
  { name: 'dnsmasq', recognises: looksLikeDnsmasq, read: (file) => readDnsmasq(file) },
];

/** What may be named on the command line. */
export const PROGRAMS: readonly string[] = READERS.map(({ name }) => name);

/** The program that the file is for; undefined when it is for none of them. */
export function recognise(file: string): string | undefined {
  const read = readForeign(file, 'a configuration');
  if ('problem' in read) return undefined;
  return READERS.find(({ recognises }) => recognises(read.text, file))?.name;
}

/** The file as a policy of ours. Throws a ConfigError with all that is wrong. */
export function readForeignPolicy(file: string, program: string): ForeignPolicy {
  const reader = READERS.find(({ name }) => name === program);
  if (reader === undefined) throw new Error(`no reader for ${program}`);
  return toPolicy(file, reader.read(file));
}

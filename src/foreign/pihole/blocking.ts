/** What FTL 6 blocks before dnsmasq sees it, and how it answers (src/dnsmasq_interface.c). */

import type { Place } from '../../config/problem.ts';
import type { Rule, Verdict, VerdictSpec } from '../../decision/verdict.ts';
import type { Layer } from '../../policy/layer.ts';
import type { Query } from '../../wire/query.ts';
import { Ede, Opcode, RrType } from '../../wire/registry.ts';
import { parseOctets } from '../addresses.ts';
import { nameText } from '../name-text.ts';
import { ruleAt, type Verdicts } from '../verdicts.ts';
import { type Entry, type Gravity, isShared, type RegexEntry } from './gravity.ts';
import type { Reply } from './regex.ts';
import type { Settings } from './settings.ts';

export interface BlockingParts {
  readonly settings: Settings;
  readonly verdicts: Verdicts;
  /** Undefined when there is no gravity.db. */
  readonly gravity: Gravity | undefined;
  readonly gravityFile: string;
}

export const MODES = [
  'NULL',
  'IP_NODATA_AAAA',
  'IP-NODATA-AAAA',
  'IP',
  'NX',
  'NXDOMAIN',
  'NODATA',
] as const;
const FAMILIES: readonly (readonly [number, number])[] = [
  [RrType.A, 4],
  [RrType.AAAA, 16],
];
export const CANARY = 'use-application-dns.net';
export const RELAYS: readonly string[] = ['mask.icloud.com', 'mask-h2.icloud.com'];
const ESNI = '_esni.';

/** Why a name is blocked, and how it is answered when not by the blocking mode. */
interface Blocked {
  readonly rule: Rule;
  readonly reply?: Reply | undefined;
}

export function compileBlocking(parts: BlockingParts): Layer {
  const blocking = new Blocking(parts);
  const why = blocking.isActive ? 'on no list that counts for this client' : 'blocking is off';
  return {
    name: 'policy',
    judge: (query) => blocking.judge(query),
    account: (query) => (blocking.judge(query) === undefined ? { why } : {}),
  };
}

class Blocking {
  readonly isActive: boolean;
  readonly #parts: BlockingParts;
  readonly #mode: (typeof MODES)[number];
  readonly #ttl: number;
  readonly #ede: number | undefined;
  readonly #isOfAddressesAlone: boolean;
  readonly #isDeafToItself: boolean;
  readonly #hidesEsni: boolean;
  readonly #special: (name: string, qtype: number) => Blocked | undefined;
  /** What `IP` answers with; without it that of the interface, which nobody knows here. */
  readonly #own: readonly (Uint8Array | undefined)[];

  constructor(parts: BlockingParts) {
    const { settings } = parts;
    this.#parts = parts;
    this.isActive = settings.flag('dns.blocking.active', true);
    this.#mode = settings.word('dns.blocking.mode', MODES, 'NULL');
    this.#ttl = settings.count('dns.blockTTL', 2);
    const isSilent = settings.text('dns.blocking.edns', 'TEXT').toUpperCase() === 'NONE';
    this.#ede = isSilent ? undefined : Ede.BLOCKED;
    this.#isOfAddressesAlone = settings.flag('dns.analyzeOnlyAandAAAA', false);
    this.#isDeafToItself = settings.flag('dns.ignoreLocalhost', false);
    this.#hidesEsni = settings.flag('dns.blockESNI', true);
    this.#special = specialNames(settings);
    this.#own = ['4', '6'].map((digit) =>
      settings.flag(`dns.reply.blocking.force${digit}`, false)
        ? parseOctets(settings.text(`dns.reply.blocking.IPv${digit}`))
        : undefined,
    );
  }

  judge(query: Query): Verdict | undefined {
    const { qtype, opcode } = query;
    if (!this.isActive || opcode !== Opcode.QUERY) return undefined;
    if (this.#isOfAddressesAlone && qtype !== RrType.A && qtype !== RrType.AAAA) return undefined;
    if (this.#isDeafToItself && isLoopback(query)) return undefined;
    const found = this.#find(query, nameText(query.name.subarray(0, query.nameLength)));
    if (found === undefined) return undefined;
    const spec = answerOf(found.reply ?? this.#byMode(qtype), qtype, this.#ttl);
    const ede = this.#ede === undefined ? {} : { ede: this.#ede };
    return this.#parts.verdicts.of({ layer: 'policy', rule: found.rule, ...ede, ...spec });
  }

  /** In the order in which FTL looks: who is allowed, special names, and then what is denied. */
  #find(query: Query, name: string): Blocked | undefined {
    const { gravity } = this.#parts;
    const groups = gravity?.groupsOf(query);
    if (gravity !== undefined && groups !== undefined) {
      if (this.#exact(gravity.allow, name, groups) !== undefined) return undefined;
      if (regexFor(gravity.allowRegexes, name, query.qtype, groups)) return undefined;
    }
    const special = this.#special(name, query.qtype);
    if (special !== undefined || gravity === undefined || groups === undefined) return special;
    const own = this.#denied(gravity, name, query.qtype, groups);
    if (own !== undefined || !this.#hidesEsni || !name.startsWith(ESNI)) {
      return own === 'allowed' ? undefined : own;
    }
    const below = this.#denied(gravity, name.slice(ESNI.length), query.qtype, groups);
    if (below === undefined || below === 'allowed') return undefined;
    return { rule: below.rule, reply: { kind: 'nxdomain' } };
  }

  #denied(
    gravity: Gravity,
    name: string,
    qtype: number,
    groups: ReadonlySet<number>,
  ): Blocked | 'allowed' | undefined {
    const exact = this.#exact(gravity.deny, name, groups);
    if (exact !== undefined) return { rule: this.#rule(`deny ${exact.text}`, exact) };
    if (gravity.listed('antigravity', name, groups) !== undefined) return 'allowed';
    const list = gravity.listed('gravity', name, groups);
    if (list !== undefined) return { rule: this.#rule(`list ${list.text}`, list) };
    const regex = regexFor(gravity.denyRegexes, name, qtype, groups);
    return regex && { rule: this.#rule(`deny /${regex.text}/`, regex), reply: regex.regex.reply };
  }

  #exact(map: ReadonlyMap<string, Entry>, name: string, groups: ReadonlySet<number>) {
    const entry = map.get(name);
    return entry !== undefined && isShared(entry.groups, groups) ? entry : undefined;
  }

  #byMode(qtype: number): Reply {
    switch (this.#mode) {
      case 'NX':
      case 'NXDOMAIN':
        return { kind: 'nxdomain' };
      case 'NODATA':
        return { kind: 'nodata' };
      case 'NULL':
        return { kind: 'address', address4: new Uint8Array(4), address6: new Uint8Array(16) };
      case 'IP':
        return { kind: 'ip', address4: this.#own[0], address6: this.#own[1] };
      default:
        // For all that asks for IPv6 addresses, ANY too.
        if (qtype !== RrType.A) return { kind: 'nodata' };
        return { kind: 'ip', address4: this.#own[0], address6: undefined };
    }
  }

  /** The line is the id of the row. */
  #rule(id: string, { row }: Entry): Rule {
    const place: Place = { file: this.#parts.gravityFile, line: row, column: 1 };
    return ruleAt(id, place);
  }
}

function regexFor(
  entries: readonly RegexEntry[],
  name: string,
  qtype: number,
  groups: ReadonlySet<number>,
): RegexEntry | undefined {
  return entries.find(
    (entry) => isShared(entry.groups, groups) && entry.regex.matches(name, qtype),
  );
}

function specialNames(settings: Settings) {
  const key = (name: string) => `dns.specialDomains.${name}`;
  const isOn = (name: string) => settings.flag(key(name), true);
  const blocked = (name: string, kind: 'nxdomain' | 'nodata'): Blocked => ({
    rule: ruleAt(`specialDomains.${name}`, settings.place(key(name))),
    reply: { kind },
  });
  const canary = isOn('mozillaCanary') && blocked('mozillaCanary', 'nxdomain');
  const relay = isOn('iCloudPrivateRelay') && blocked('iCloudPrivateRelay', 'nxdomain');
  const resolver = isOn('designatedResolver') && blocked('designatedResolver', 'nodata');
  return (name: string, qtype: number): Blocked | undefined => {
    const isAddress = qtype === RrType.A || qtype === RrType.AAAA;
    if (canary && name === CANARY && isAddress) return canary;
    if (relay && RELAYS.includes(name)) return relay;
    // Whatever ends so, labels or not; the name itself is asked of others.
    if (resolver && name.length > 13 && name.endsWith('resolver.arpa')) return resolver;
    return undefined;
  };
}

function isLoopback({ family, address: [first, second, third, fourth] }: Query): boolean {
  if (family === 4) return first === 0x7f000001;
  return ((first ?? 0) | (second ?? 0) | (third ?? 0)) === 0 && fourth === 1;
}

/** Addresses for A, AAAA and both for ANY; all other types have no data. */
export function answerOf(
  reply: Reply,
  qtype: number,
  ttl: number,
): Pick<VerdictSpec, 'action' | 'records'> {
  if (reply.kind !== 'ip' && reply.kind !== 'address') return { action: reply.kind };
  const wanted = FAMILIES.filter(([type]) => qtype === type || qtype === RrType.ANY);
  if (wanted.length === 0) return { action: 'nodata' };
  const records = wanted.flatMap(([type, length]) => {
    const known = length === 4 ? reply.address4 : reply.address6;
    // Of two families that one address is for, the other is answered with the unspecified one.
    const rdata = known ?? (reply.kind === 'address' ? new Uint8Array(length) : undefined);
    return rdata === undefined ? [] : [{ type, ttl, rdata }];
  });
  return { action: 'answer', records };
}

/** The answers of `auth-zone`: at the addresses of `auth-server`, and for all clients by name. */

import type { Rule, Verdict, VerdictSpec } from '../../decision/verdict.ts';
import { type Address, parseAddress } from '../../net/address.ts';
import { compareWords, contains } from '../../net/prefix.ts';
import type { Layer } from '../../policy/layer.ts';
import type { Query } from '../../wire/query.ts';
import { Opcode, RrClass, RrType } from '../../wire/registry.ts';
import type { RecordData } from '../../wire/response.ts';
import { reverseAddress, wordsOfOctets } from '../addresses.ts';
import { nameText } from '../name-text.ts';
import { ruleAt } from '../verdicts.ts';
import type { AuthZone } from './auth-options.ts';
import { isWithin } from './names.ts';
import { type DnsmasqWorld, isQuestion, nameOf } from './world.ts';

const REVERSE_TYPES: readonly number[] = [RrType.PTR, RrType.SOA, RrType.NS];

export function compileAuth(world: DnsmasqWorld): Layer {
  const { auth, verdicts, listen } = world;
  const listeners = listen.map(({ address }) => parseAddress(address));
  const isOwn = listeners.map((one) => auth.addresses.some((other) => one && isSame(one, other)));
  const judge = (query: Query): Verdict | undefined => {
    const isLocal = isOwn[query.listener] !== true;
    const hasZone =
      auth.isForAll &&
      isQuestion(query) &&
      auth.zones.some(({ domain }) => isWithin(domain, nameOf(query)));
    if (isLocal && !hasZone) return undefined;
    if (query.opcode === Opcode.QUERY) return new AuthAnswer(world, query, isLocal).verdict();
    const rule = ruleAt('opcode QUERY at auth-server', auth.option?.place);
    return verdicts.of({ layer: 'protocol', rule, action: silence(query) });
  };
  return { name: 'local', judge, account: () => ({ why: 'no auth-zone has the name' }) };
}

function isSame(a: Address, b: Address): boolean {
  return a.family === b.family && compareWords(a.words, b.words) === 0;
}

/** What gets no answer by UDP gets REFUSED by TCP. */
function silence({ transport }: Query): 'drop' | 'refuse' {
  return transport === 'udp' ? 'drop' : 'refuse';
}

class AuthAnswer {
  readonly #world: DnsmasqWorld;
  readonly #query: Query;
  readonly #isLocal: boolean;
  readonly #records: RecordData[] = [];
  readonly #rule: Rule;
  #usedWildcard = false;

  constructor(world: DnsmasqWorld, query: Query, isLocal: boolean) {
    this.#world = world;
    this.#query = query;
    this.#isLocal = isLocal;
    const { option } = world.auth;
    this.#rule = ruleAt(`auth-server=${option?.value ?? ''}`, option?.place);
  }

  verdict(): Verdict {
    const { qclass, qtype } = this.#query;
    const name = nameText(this.#query.name.subarray(0, this.#query.nameLength));
    if (qclass !== RrClass.IN) return this.#outside();
    const address = REVERSE_TYPES.includes(qtype) ? reverseAddress(name) : undefined;
    if (address !== undefined && (qtype === RrType.PTR || !this.#isLocal)) {
      const zone = this.#world.auth.zones.find(({ subnets }) =>
        subnets.some((subnet) => contains(subnet, wordsOfOctets(address))),
      );
      if (zone === undefined && !this.#isLocal) return this.#outside();
      return qtype === RrType.PTR
        ? this.#pointer(address, zone)
        : this.#of({ action: 'answer', rule: ruleOf(zone!) });
    }
    const zone = this.#world.auth.zones.find(({ domain }) => isWithin(domain, name));
    return zone === undefined ? this.#outside() : this.#forward(name, zone, name === zone.domain);
  }

  /** For those who ask at `auth-server` there is nothing else; for others such a name does not exist. */
  #outside(): Verdict {
    if (this.#isLocal) return this.#of({ action: 'nxdomain', rule: this.#rule });
    const rule = { ...this.#rule, id: `${this.#rule.id}: in no auth-zone` };
    return this.#world.verdicts.of({
      layer: 'local',
      action: 'refuse',
      rule,
      recursionAvailable: false,
    });
  }

  #pointer(address: Uint8Array, zone: AuthZone | undefined): Verdict {
    const known = this.#world.names
      .reverse(address)
      .filter(({ target }) => this.#isLocal || (zone && isWithin(zone.domain, target!)));
    const rule = zone === undefined ? this.#rule : ruleOf(zone);
    if (known.length === 0) return this.#of({ action: 'nxdomain', rule });
    return this.#of({ action: 'answer', rule, records: known.map(({ record }) => record) });
  }

  #forward(name: string, zone: AuthZone, isApex: boolean): Verdict {
    const { names } = this.#world;
    const { qtype } = this.#query;
    if (isApex && qtype === RrType.AXFR) {
      const refused = this.#transferRefused(zone);
      if (refused !== undefined) return refused;
    }
    const named = [...names.records, ...names.raw].filter(([owner]) => isWithin(name, owner));
    const own = named.flatMap(([owner, records]) => (owner === name ? records : []));
    const hosts = names.hosts.get(name)?.records ?? [];
    const addresses = hosts.filter(({ record }) => this.#isLocal || isIn(zone, record.rdata));
    const types = [...own.filter(({ record }) => record.type !== RrType.PTR), ...addresses];
    const isSoa = isApex && [RrType.SOA, RrType.NS, RrType.AXFR].includes(qtype as never);
    this.#records.push(...types.flatMap(({ record }) => (record.type === qtype ? [record] : [])));
    const exists = isApex || hosts.length > 0 || named.some(([, all]) => all.some(counts));
    if (exists) {
      const action = this.#records.length > 0 || isSoa ? 'answer' : 'nodata';
      return this.#of({ action, rule: ruleOf(zone), records: [...this.#records] });
    }
    return this.#alias(name, zone);
  }

  /** Of records that `answer_auth` of dnsmasq looks at: not those for reverse names. */
  #alias(name: string, zone: AuthZone): Verdict {
    const { names } = this.#world;
    const found = this.#findAlias(name);
    if (found === undefined) {
      const action = names.isKnown(name) ? 'nodata' : 'nxdomain';
      return this.#of({ action, rule: ruleOf(zone) });
    }
    this.#records.push(found.record);
    const target = found.target.includes('.') ? found.target : `${found.target}.${zone.domain}`;
    // dnsmasq treats where an alias leads as the zone's own name, whatever it is.
    return this.#forward(target, zone, true);
  }

  /** The alias itself, or the longest one with `*` for its first labels. */
  #findAlias(name: string) {
    let length = 0;
    let found: { readonly record: RecordData; readonly target: string } | undefined;
    for (const [alias, { record, target }] of [...this.#world.names.aliases].reverse()) {
      const isWild = alias.startsWith('*');
      const rest = alias.slice(1);
      const matches = isWild
        ? !this.#usedWildcard &&
          rest.startsWith('.') &&
          name.endsWith(rest) &&
          name.length > rest.length
        : alias === name;
      const own = isWild ? rest.length : alias.length;
      if (!matches || own <= length) continue;
      if (isWild) this.#usedWildcard = true;
      length = own;
      found = { record, target: target! };
    }
    return found;
  }

  /** Who may transfer gets nothing by UDP either: dnsmasq 2.90 sends it to port 0 of the client. */
  #transferRefused(zone: AuthZone): Verdict | undefined {
    const mayTransfer = this.#mayTransfer();
    if (mayTransfer && this.#query.transport !== 'udp') return undefined;
    const id = mayTransfer ? 'no transfer by UDP' : 'auth-peer: no transfer for this client';
    const rule = { ...ruleOf(zone), id };
    return this.#world.verdicts.of({ layer: 'transfer', rule, action: silence(this.#query) });
  }

  #mayTransfer(): boolean {
    const { peers, hasSecondaries } = this.#world.auth;
    const { family, address: words } = this.#query;
    if (peers.length === 0) return hasSecondaries;
    return peers.some((peer) => isSame(peer, { family, words }));
  }

  #of(spec: Omit<VerdictSpec, 'layer'>): Verdict {
    return this.#world.verdicts.of({
      ...{ layer: 'local', authoritative: !this.#isLocal, recursionAvailable: this.#isLocal },
      ...spec,
    });
  }
}

function counts({ record }: { readonly record: RecordData }): boolean {
  return record.type !== RrType.PTR;
}

function ruleOf({ option }: AuthZone): Rule {
  return ruleAt(`auth-zone=${option.value}`, option.place);
}

/** Whether an address is one that the zone shows to others. */
function isIn({ subnets, excluded }: AuthZone, octets: Uint8Array): boolean {
  const address = wordsOfOctets(octets);
  if (excluded.some((prefix) => contains(prefix, address))) return false;
  return subnets.length === 0 || subnets.some((prefix) => contains(prefix, address));
}

/** What dnsmasq answers itself, before it looks for a server: in the order in which it looks. */

import type { Verdict, VerdictSpec } from '../../decision/verdict.ts';
import type { Layer } from '../../policy/layer.ts';
import type { Query } from '../../wire/query.ts';
import { Opcode, Rcode, RrClass, RrType } from '../../wire/registry.ts';
import type { RecordData } from '../../wire/response.ts';
import { isPrivate, reverseAddress } from '../addresses.ts';
import { ruleAt } from '../verdicts.ts';
import { filteredTypes } from './filtered-types.ts';
import type { LocalRecord } from './local-names.ts';
import { isWithin, wireOf } from './names.ts';
import { oneOf } from './parts.ts';
import { mxTarget } from './records.ts';
import { type DnsmasqWorld, isQuestion, nameOf } from './world.ts';

/** Aliases that are followed. */
const MOST_ALIASES = 254;
const MAILB = 253;

export function compileLocal(world: DnsmasqWorld): Layer {
  const filtered = filteredTypes(world.parts);
  const judge = (query: Query): Verdict | undefined => {
    if (query.opcode !== Opcode.QUERY || !isQuestion(query)) return undefined;
    return new LocalAnswer(world, filtered, query).verdict();
  };
  return { name: 'local', judge, account: () => ({ why: 'no local name, record or address' }) };
}

class LocalAnswer {
  readonly #world: DnsmasqWorld;
  readonly #filtered: ReadonlySet<number>;
  readonly #query: Query;
  readonly #found: LocalRecord[] = [];
  #name: string;

  constructor(world: DnsmasqWorld, filtered: ReadonlySet<number>, query: Query) {
    this.#world = world;
    this.#filtered = filtered;
    this.#query = query;
    this.#name = nameOf(query);
  }

  verdict(): Verdict | undefined {
    const { qclass, qtype } = this.#query;
    if (qclass === RrClass.CH) return this.#chaos();
    if (qclass !== RrClass.IN) return undefined;
    this.#follow();
    const closed = this.#collect();
    if (qtype === MAILB) return this.#of({ action: 'nxdomain', rule: ruleAt('MAILB', undefined) });
    if (closed !== undefined && this.#found.length === 0) return closed;
    if (this.#found.length > 0) return this.#answer();
    return this.#fallback();
  }

  /** `version.bind` and the like; the others of bind and server are NOTIMP, and go nowhere. */
  #chaos(): Verdict | undefined {
    const { names } = this.#world;
    const { qtype } = this.#query;
    const isText = qtype === RrType.TXT || qtype === RrType.ANY;
    const rule = ruleAt('class CH of bind and server', undefined);
    if (isText && names.chaos.has(this.#name)) return this.#of({ action: 'answer', rule });
    if (!isWithin('bind', this.#name) && !isWithin('server', this.#name)) return undefined;
    return this.#of({ action: 'reject', rcode: Rcode.NOTIMP, rule });
  }

  /** Goes to where aliases lead; the answer has them. */
  #follow(): void {
    const { aliases } = this.#world.names;
    for (let i = 0; i < MOST_ALIASES; i++) {
      const alias = aliases.get(this.#name);
      if (alias === undefined) return;
      this.#found.push(alias);
      if (this.#query.qtype === RrType.CNAME) return;
      this.#name = alias.target!;
    }
  }

  /** Adds what there is; a verdict where the name has nothing, and others are not asked. */
  #collect(): Verdict | undefined {
    const { names } = this.#world;
    const { qtype } = this.#query;
    const isAny = qtype === RrType.ANY;
    const isAsked = ({ record }: LocalRecord) => isAny || record.type === qtype;
    const named = names.records.get(this.#name) ?? [];
    const isPointer = ({ record }: LocalRecord) => record.type === RrType.PTR;
    this.#found.push(
      ...(names.raw.get(this.#name) ?? []).filter(isAsked),
      ...named.filter((one) => isAsked(one) && !isPointer(one)),
      ...(names.hosts.get(this.#name)?.records ?? []).filter(isAsked),
    );
    const hasMx = named.some(({ record }) => record.type === RrType.MX);
    if ((qtype === RrType.MX || isAny) && !hasMx) this.#addOwnMx();
    return qtype === RrType.PTR || isAny ? this.#pointers(named.filter(isPointer)) : undefined;
  }

  /** `ptr-record`, then hosts, then `bogus-priv`. */
  #pointers(records: readonly LocalRecord[]): Verdict | undefined {
    const { names, parts, servers } = this.#world;
    const address = reverseAddress(this.#name);
    this.#found.push(
      ...(records.length > 0 || address === undefined ? records : names.reverse(address)),
    );
    const closed = oneOf(parts, 'bogus-priv');
    if (records.length > 0 || address === undefined || closed === undefined) return undefined;
    if (names.reverse(address).length > 0 || !isPrivate(address)) return undefined;
    const wanted = { address4: false, address6: false, withDomain: true } as const;
    if (servers.find(this.#name, wanted) !== undefined) return undefined;
    return this.#of({ action: 'nxdomain', rule: ruleAt('bogus-priv', closed.place) });
  }

  /** `selfmx`, `localmx`: mail for the names of hosts files. */
  #addOwnMx(): void {
    const { names, parts } = this.#world;
    const self = oneOf(parts, 'selfmx');
    const option = self ?? oneOf(parts, 'localmx');
    if (option === undefined || !names.isHost(this.#name)) return;
    const target = wireOf(self === undefined ? mxTarget(parts) : this.#name);
    if (target === undefined) return;
    const record = { type: RrType.MX, ttl: 0, rdata: Uint8Array.of(0, 1, ...target) };
    this.#found.push({ record, place: option.place });
  }

  #answer(): Verdict {
    const place = this.#found.at(-1)!.place;
    const records: RecordData[] = this.#found.map(({ record }) => record);
    const rule = ruleAt(`local data of ${nameOf(this.#query)}`, place);
    return this.#of({ action: 'answer', records, rule });
  }

  /** Empty answers for what would not be forwarded, or be filtered out of the answer. */
  #fallback(): Verdict | undefined {
    const { parts, names } = this.#world;
    const { qtype } = this.#query;
    const windows = oneOf(parts, 'filterwin2k');
    const isOfWindows =
      qtype === RrType.SOA ||
      qtype === RrType.SRV ||
      (qtype === RrType.ANY && this.#name.includes('_'));
    if (windows !== undefined && isOfWindows) {
      return this.#of({ action: 'nodata', rule: ruleAt('filterwin2k', windows.place) });
    }
    const host = names.hosts.get(this.#name)?.records[0];
    if (host === undefined || !this.#filtered.has(qtype)) return undefined;
    const rule = ruleAt('a filtered type of a local name', host.place);
    return this.#of({ action: 'nodata', rule });
  }

  #of(spec: Omit<VerdictSpec, 'layer'>): Verdict {
    return this.#world.verdicts.of({ layer: 'local', authoritative: true, ...spec });
  }
}

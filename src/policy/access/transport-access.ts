/** An access list whose entries may be about some transports only. */

import type { AccessEntry, AccessList } from '../../config/access-list.ts';
import type { Rule, Verdict } from '../../decision/verdict.ts';
import { CLIENT_TRANSPORTS, type ClientTransport } from '../../wire/client-transport.ts';
import type { Query } from '../../wire/query.ts';
import type { Account } from '../layer.ts';
import type { Enforcement } from '../rules/in-force.ts';
import { Access } from './access.ts';

export class TransportAccess {
  /** One for all of them when no entry makes a difference. */
  readonly #access: Readonly<Record<ClientTransport, Access>>;
  readonly #isOne: boolean;

  /** As that of `Access`. */
  constructor(
    { section, entries }: AccessList,
    enforcement: Enforcement,
    toVerdict: (entry: AccessEntry, rule: Rule) => Verdict | undefined,
    otherwise: Verdict,
  ) {
    // An entry says the same by each transport: it has one verdict.
    const verdicts = new Map<AccessEntry, Verdict | undefined>();
    const once = (entry: AccessEntry, rule: Rule) => {
      if (!verdicts.has(entry)) verdicts.set(entry, toVerdict(entry, rule));
      return verdicts.get(entry);
    };
    const create = (kept: readonly AccessEntry[]) =>
      new Access({ section, entries: kept }, enforcement, once, otherwise);
    this.#isOne = entries.every(({ transports }) => transports === undefined);
    const all = this.#isOne ? create(entries) : undefined;
    const each = CLIENT_TRANSPORTS.map((transport) => {
      const isAbout = ({ transports }: AccessEntry) => transports?.includes(transport) ?? true;
      return [transport, all ?? create(entries.filter(isAbout))] as const;
    });
    this.#access = Object.fromEntries(each) as Record<ClientTransport, Access>;
  }

  /** What ends the query; undefined for a client that is allowed. */
  find(query: Query): Verdict | undefined {
    return this.#access[query.transport].find(query);
  }

  /** What the entry on trial that allows the client is recorded as. */
  findAllowance(query: Query): Verdict | undefined {
    return this.#access[query.transport].findAllowance(query);
  }

  /** By which transport the client may ask; if by none, the hint of the list. */
  hint(query: Query): string | undefined {
    return this.#otherWay(query) ?? this.#access[query.transport].hint(query);
  }

  account(query: Query): Account {
    return this.#access[query.transport].account(query);
  }

  #otherWay(query: Query): string | undefined {
    if (this.#isOne) return undefined;
    for (const transport of CLIENT_TRANSPORTS) {
      const access = this.#access[transport];
      if (transport === query.transport || access.find(query) !== undefined) continue;
      const { rule } = access.account(query);
      return `allowed by ${transport}: ${rule?.id} at ${rule?.file}:${rule?.line}`;
    }
    return undefined;
  }
}

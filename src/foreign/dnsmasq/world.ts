/** What dnsmasq knows when it is asked. */

import type { Endpoint } from '../../net/address.ts';
import type { Query } from '../../wire/query.ts';
import { Opcode, RrClass, RrType } from '../../wire/registry.ts';
import type { HostAddress } from '../host.ts';
import { nameText } from '../name-text.ts';
import type { Verdicts } from '../verdicts.ts';
import type { AuthServer } from './auth-options.ts';
import type { LocalNames } from './local-names.ts';
import type { DnsmasqParts } from './parts.ts';
import type { DomainTable } from './servers.ts';

export interface DnsmasqWorld {
  readonly verdicts: Verdicts;
  readonly parts: DnsmasqParts;
  readonly names: LocalNames;
  readonly servers: DomainTable;
  readonly auth: AuthServer;
  readonly listen: readonly Endpoint[];
  readonly host: readonly HostAddress[];
}

/** Messages of another opcode, or with records before their time, are forwarded as if for the root. */
export function isQuestion({ opcode, message }: Query): boolean {
  const [answers, authorities] = [6, 8].map((at) => (message[at]! << 8) | message[at + 1]!);
  return opcode === Opcode.QUERY && answers === 0 && authorities === 0;
}

/** The name asked; empty for what is no question. */
export function nameOf(query: Query): string {
  return isQuestion(query) ? nameText(query.name.subarray(0, query.nameLength)) : '';
}

/** Whether addresses are asked for, of which family: ANY asks for both. */
export function wantedBy(query: Query): { readonly address4: boolean; readonly address6: boolean } {
  const { qclass, qtype } = query;
  const isIn = isQuestion(query) && qclass === RrClass.IN;
  return {
    address4: isIn && (qtype === RrType.A || qtype === RrType.ANY),
    address6: isIn && (qtype === RrType.AAAA || qtype === RrType.ANY),
  };
}

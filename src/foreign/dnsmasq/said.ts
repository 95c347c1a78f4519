/** What a dnsmasq.conf says of one name, for `diff` to know which names are alike. */

import type { Cuts } from '../../policy/cuts.ts';
import { nameText } from '../name-text.ts';
import type { LocalRecord } from './local-names.ts';
import type { ServerEntry } from './servers.ts';
import type { DnsmasqWorld } from './world.ts';

/** Undefined where names are decided by more than what is said of them and of those above. */
export function saidBy({ servers, auth, names }: DnsmasqWorld): Cuts['said'] {
  const isByLabels = servers.all.some((one) => one.isWildcard || one.isForSimpleNames);
  if (isByLabels || auth.option !== undefined || auth.zones.length > 0) return undefined;
  const byDomain = new Map<string, string[]>();
  for (const entry of servers.all) {
    const texts = byDomain.get(entry.domain);
    if (texts === undefined) byDomain.set(entry.domain, [textOf(entry)]);
    else texts.push(textOf(entry));
  }
  return (wire) => {
    const name = nameText(wire);
    const isData = [names.aliases, names.records, names.raw, names.chaos].some((all) =>
      all.has(name),
    );
    if (isData) return undefined;
    const hosts = names.hosts.get(name)?.records.map(dataOf);
    return JSON.stringify([byDomain.get(name), hosts]);
  };
}

function textOf({ kind, address, server }: ServerEntry): string {
  return `${kind} ${address === undefined ? '' : Buffer.from(address).toString('hex')} ${server}`;
}

function dataOf({ record: { type, rdata } }: LocalRecord): string {
  return `${type} ${Buffer.from(rdata).toString('hex')}`;
}

/** Where dnsmasq's questions go, and the names that it answers itself. */

import type { OwnZone, Ways } from '../ways.ts';
import { isAnswer } from './servers.ts';
import type { DnsmasqWorld } from './world.ts';

export function waysOf({
  servers,
  auth,
  names,
}: Pick<DnsmasqWorld, 'servers' | 'auth' | 'names'>): Ways {
  const domains = [...new Set(servers.all.filter(isAsked).map(({ domain }) => domain))];
  const own: OwnZone[] = [
    ...auth.zones.map(({ domain, option }) => ({ domain, place: option.place, isZone: true })),
    ...servers.all
      .filter(
        ({ kind, domain, isWildcard }) =>
          (isAnswer(kind) || kind === 'none') && domain !== '' && !isWildcard,
      )
      .map(({ domain, option }) => ({ domain, place: option.place, isZone: false })),
    ...[...names.hosts].map(([domain, { records }]) => ({
      domain,
      place: records[0]!.place,
      isZone: false,
    })),
    ...[...names.aliases].map(([domain, { place }]) => ({ domain, place, isZone: false })),
  ];
  return {
    own,
    forwards: domains.map((domain) => {
      const asked = servers.all.filter((entry) => isAsked(entry) && entry.domain === domain);
      return {
        domain: domain === '' ? '.' : domain,
        servers: asked.map(({ server }) => server!),
        place: asked[0]!.option.place,
      };
    }),
  };
}

function isAsked({
  kind,
  isForSimpleNames,
  isWildcard,
}: DnsmasqWorld['servers']['all'][number]): boolean {
  return kind === 'server' && !isForSimpleNames && !isWildcard;
}

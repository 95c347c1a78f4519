/** Forwarders and own zones of a view of BIND. */

import { formatEndpoint, parseEndpoint } from '../../net/address.ts';
import type { Forward, Ways } from '../ways.ts';
import type { Statement } from './statements.ts';
import type { BindView } from './views.ts';

const DNS_PORT = 53;
/** Zones with an answer of their own; the others are asked of others, or hold none. */
const OWN = ['primary', 'secondary', 'stub', 'mirror'];

export function waysOf({ zones, forwarders, policies }: BindView): Ways {
  const written = zones.all.flatMap(({ name, scope, place }) => {
    const own = scope.own('forwarders');
    return own === undefined || place === undefined ? [] : [forwardOf(name, own)];
  });
  const rest = forwarders === undefined ? [] : [forwardOf('.', forwarders)];
  return {
    policyZones: policies,
    forwards: [...rest, ...written].filter(({ servers }) => servers.length > 0),
    own: zones.all.flatMap(({ type, name, place }) =>
      place !== undefined && OWN.includes(type) ? [{ domain: name, place, isZone: true }] : [],
    ),
  };
}

function forwardOf(domain: string, { words, list = [], place }: Statement): Forward {
  const standard = portIn(words.map(({ text }) => text)) ?? DNS_PORT;
  const servers = list.flatMap((line) => {
    const [address = '', ...rest] = line.words.map(({ text }) => text);
    const endpoint = parseEndpoint(
      address.includes(':') ? `[${address}]` : address,
      portIn(rest) ?? standard,
    );
    if (endpoint === undefined) return [];
    return endpoint.port === DNS_PORT ? [endpoint.address] : [formatEndpoint(endpoint)];
  });
  return { domain, servers, place };
}

function portIn(words: readonly string[]): number | undefined {
  const at = words.indexOf('port');
  return at < 0 ? undefined : Number(words[at + 1]);
}

/** Where Unbound's questions go, and the zones that it answers itself. */

import { formatName } from '../../wire/name.ts';
import type { Ways } from '../ways.ts';
import type { UnboundView, UnboundWorld } from './world.ts';

/** Of the clients of a view; undefined is for those in none. */
export function waysOf(view: UnboundView | undefined, world: UnboundWorld): Ways {
  const { delegated, authZones, zones } = world;
  const isClosed = view?.zones !== undefined && !view.isFirst;
  const local = [...(view?.zones?.all ?? []), ...(isClosed ? [] : zones.all)];
  return {
    forwards: delegated.map(({ name, servers, place, isTls }) => ({
      domain: name,
      servers: servers.map((server) => (isTls ? tlsServer(server) : ourServer(server))),
      place,
    })),
    own: [
      ...authZones.map(({ name, place }) => ({ domain: name, place })),
      ...local.flatMap(({ wire, place }) =>
        place === undefined ? [] : [{ domain: formatName(wire), place }],
      ),
    ],
  };
}

/** `192.0.2.1@5353#name` as `192.0.2.1:5353`. */
function ourServer(text: string): string {
  const [, address = text, port] = /^([^@#]+)(?:@(\d+))?/.exec(text) ?? [];
  if (port === undefined) return address;
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

/** `192.0.2.1@853#dns.example` as `tls://192.0.2.1:853#dns.example`. */
function tlsServer(text: string): string {
  const [, name] = text.split('#');
  const address = ourServer(text);
  const isBare = address.includes(':') && !address.startsWith('[') && !/^[\d.]+:/.test(address);
  return `tls://${isBare ? `[${address}]` : address}${name === undefined ? '' : `#${name}`}`;
}

/** Where Unbound's questions go, and the zones that it answers itself. */

import type { Ways } from '../ways.ts';
import type { UnboundWorld } from './world.ts';

export function waysOf({ delegated, authZones }: UnboundWorld): Ways {
  return {
    forwards: delegated.map(({ name, servers, place }) => ({
      domain: name,
      servers: servers.map((server) => ourServer(server)),
      place,
    })),
    own: authZones.map(({ name, place }) => ({ domain: name, place })),
  };
}

/** `192.0.2.1@5353#name` as `192.0.2.1:5353`. */
function ourServer(text: string): string {
  const [, address = text, port] = /^([^@#]+)(?:@(\d+))?/.exec(text) ?? [];
  if (port === undefined) return address;
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

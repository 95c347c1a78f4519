/** Where Unbound's questions go, and the zones that it answers itself. */

import { formatName } from '../../wire/name.ts';
import type { Ways } from '../ways.ts';
import { ourServer, tlsServer } from './server-text.ts';
import type { UnboundView, UnboundWorld } from './world.ts';

/** Of the clients of a view; undefined is for those in none. */
export function waysOf(view: UnboundView | undefined, world: UnboundWorld): Ways {
  const { delegated, authZones, zones } = world;
  const isClosed = view?.zones !== undefined && !view.isFirst;
  const local = [...(view?.zones?.all ?? []), ...(isClosed ? [] : zones.all)];
  return {
    policyZones: policiesFor(world),
    forwards: delegated.map(({ name, servers, place, isTls }) => ({
      domain: name,
      servers: servers.map((server) => (isTls ? tlsServer(server) : ourServer(server))),
      place,
    })),
    own: [
      ...authZones.map(({ name, place }) => ({ domain: name, place, isZone: true })),
      ...local.flatMap(({ wire, place }) =>
        place === undefined ? [] : [{ domain: formatName(wire), place, isZone: false }],
      ),
    ],
  };
}

/** Tags are by client: zones that have some are left to the operator, who is told by the difference. */
function policiesFor({ policies }: UnboundWorld) {
  return policies.filter(({ tags }) => tags === undefined);
}

import { IS_WHOLE } from '../../world/whole.ts';
import { describeCauses } from './matrix.ts';
import { BIND } from './second/bind.ts';
import { DNSDIST } from './second/dnsdist.ts';
import { KNOT, KNOT_RESOLVER, NSD } from './second/knot.ts';
import { RCODE5 } from './second/rcode5.ts';
import { RECURSOR } from './second/recursor.ts';
import { DNSMASQ, UNBOUND } from './second/unbound.ts';

const SERVERS = [BIND, DNSDIST, DNSMASQ, KNOT, KNOT_RESOLVER, NSD, RCODE5, RECURSOR, UNBOUND];
// In part, every third: the states of the first evaluation are of all of them.
for (const [i, server] of SERVERS.entries()) if (IS_WHOLE || i % 3 === 0) describeCauses(server);

import { describeCauses } from './matrix.ts';
import { BIND } from './second/bind.ts';
import { DNSDIST } from './second/dnsdist.ts';
import { KNOT, KNOT_RESOLVER, NSD } from './second/knot.ts';
import { RCODE5 } from './second/rcode5.ts';
import { RECURSOR } from './second/recursor.ts';
import { DNSMASQ, UNBOUND } from './second/unbound.ts';

const SERVERS = [BIND, DNSDIST, DNSMASQ, KNOT, KNOT_RESOLVER, NSD, RCODE5, RECURSOR, UNBOUND];
for (const server of SERVERS) describeCauses(server);

import { IS_WHOLE } from '../../world/whole.ts';
import { describeCauses } from './matrix.ts';
import { BIND } from './third/bind.ts';
import { DNSDIST } from './third/dnsdist.ts';
import { KNOT_RESOLVER } from './third/knot-resolver.ts';
import { RCODE5 } from './third/rcode5.ts';
import { UNBOUND } from './third/unbound.ts';

const SERVERS = [DNSDIST, BIND, KNOT_RESOLVER, RCODE5, UNBOUND];
// In part, dnsdist alone, whose ways by TLS and HTTPS are the most unlike those by UDP.
for (const server of IS_WHOLE ? SERVERS : SERVERS.slice(0, 1)) describeCauses(server);

import { DNSMASQ } from './dnsmasq.ts';
import { describeCauses } from './matrix.ts';

describeCauses(DNSMASQ);

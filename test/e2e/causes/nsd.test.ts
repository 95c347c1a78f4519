import { describeCauses } from './matrix.ts';
import { NSD } from './nsd.ts';

describeCauses(NSD);

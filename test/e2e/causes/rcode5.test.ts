import { describeCauses } from './matrix.ts';
import { RCODE5 } from './rcode5.ts';

describeCauses(RCODE5);

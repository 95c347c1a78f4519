import { describeCauses } from './matrix.ts';
import { UNBOUND } from './unbound.ts';

describeCauses(UNBOUND);

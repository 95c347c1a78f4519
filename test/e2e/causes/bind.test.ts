import { BIND } from './bind.ts';
import { describeCauses } from './matrix.ts';

describeCauses(BIND);

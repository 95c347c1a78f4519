import { describeCauses } from './matrix.ts';
import { RESOLVED } from './resolved.ts';

describeCauses(RESOLVED);

import { KNOT } from './knot.ts';
import { describeCauses } from './matrix.ts';

describeCauses(KNOT);

import { KNOT_RESOLVER } from './knot-resolver.ts';
import { describeCauses } from './matrix.ts';

describeCauses(KNOT_RESOLVER);

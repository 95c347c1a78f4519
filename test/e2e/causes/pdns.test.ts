import { describeCauses } from './matrix.ts';
import { AUTHORITATIVE, RECURSOR } from './pdns.ts';

describeCauses(RECURSOR);
describeCauses(AUTHORITATIVE);

import { DNSDIST } from './dnsdist.ts';
import { describeCauses } from './matrix.ts';

describeCauses(DNSDIST);

import { describeMoving } from './moving.ts';
import { SHELLS } from './shells.ts';

describeMoving(SHELLS[0]);

/** All that the fuzzer can try. */

import { config } from './config.ts';
import { http } from './http.ts';
import { lists } from './lists.ts';
import { proxy } from './proxy.ts';
import type { Target } from './target.ts';
import { wire } from './wire.ts';
import { zone } from './zone.ts';

export const TARGETS: readonly Target[] = [wire, zone, lists, config, proxy, http];

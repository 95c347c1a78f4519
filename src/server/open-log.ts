/** Opening the decision log, with a sentence on what to do when it cannot be written. */

import { type Config, resolvePath } from '../config/config.ts';
import { ConfigError } from '../config/problem.ts';
import { cannotWrite } from '../config/write-error.ts';
import { DecisionLog } from '../observe/decision-log.ts';
import type { LogShare } from '../observe/log-share.ts';
import { endTornLine, type LockLog } from '../observe/torn-end.ts';

/**
 * Opens the decision log of a configuration. The first of a process to open it gives a `lock`, and
 * ends what a killed writer has left there. Throws a ConfigError.
 */
export function openDecisionLog(config: Config, share: LogShare, lock?: LockLog): DecisionLog {
  const { value: to, place } = config.decisionLog.to;
  const path = to === 'stdout' ? undefined : resolvePath(config, to);
  try {
    const log = new DecisionLog(path, share);
    if (path !== undefined && lock !== undefined) share.isTorn = !endTornLine(path, lock);
    return log;
  } catch (error) {
    const message = `decisionLog.to cannot be written: ${cannotWrite(error)}`;
    throw new ConfigError([{ ...place, message }]);
  }
}

/** Opening the decision log, with a sentence on what to do when it cannot be written. */

import { type Config, resolvePath } from '../config/config.ts';
import { ConfigError } from '../config/problem.ts';
import { DecisionLog } from '../observe/decision-log.ts';
import type { LogShare } from '../observe/log-share.ts';

/** Opens the decision log of a configuration. Throws a ConfigError. */
export function openDecisionLog(config: Config, share: LogShare): DecisionLog {
  const { value: to, place } = config.decisionLog.to;
  try {
    return new DecisionLog(to === 'stdout' ? undefined : resolvePath(config, to), share);
  } catch (error) {
    const why = (error as Error).message;
    const message = `decisionLog.to cannot be written: ${why}; expect a file in a folder that exists`;
    throw new ConfigError([{ ...place, message }]);
  }
}

/** What can stand in the way of a start, in sentences that say what to do. */

import { type Config, resolvePath } from '../config/config.ts';
import { ConfigError, type Place } from '../config/problem.ts';
import { type Endpoint, formatEndpoint } from '../net/address.ts';
import { DecisionLog } from '../observe/decision-log.ts';
import type { LogShare } from '../observe/log-share.ts';

const LISTEN_ERRORS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'the address is in use; stop the other program or expect another port here',
  EADDRNOTAVAIL: 'this host does not have the address; expect one of its own',
  EACCES: 'ports below 1024 need the capability CAP_NET_BIND_SERVICE; expect it or another port',
};

/** The address at `place` cannot be listened on. */
export function cannotListen(
  endpoint: Endpoint,
  error: NodeJS.ErrnoException,
  place: Place,
): ConfigError {
  const why = LISTEN_ERRORS[error.code ?? ''] ?? error.message;
  const message = `cannot listen on ${formatEndpoint(endpoint)}: ${why}`;
  return new ConfigError([{ ...place, message }]);
}

/** Whether a host just lacks the address: it may have but one of the default ones. */
export function isMissingAddress({ code }: NodeJS.ErrnoException): boolean {
  return code === 'EADDRNOTAVAIL' || code === 'EAFNOSUPPORT';
}

/** Opens the decision log of a configuration. Throws a ConfigError. */
export function openDecisionLog(config: Config, share: LogShare): DecisionLog {
  const { to } = config.decisionLog;
  try {
    return new DecisionLog(to === 'stdout' ? undefined : resolvePath(config, to), share);
  } catch (error) {
    const why = (error as Error).message;
    const message = `decisionLog.to cannot be written: ${why}; expect a file in a folder that exists`;
    throw new ConfigError([{ ...config.start, message }]);
  }
}

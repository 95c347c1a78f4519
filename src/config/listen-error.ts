/** Reasons why listening fails, each with what to do. */

import { type Endpoint, formatEndpoint } from '../net/address.ts';
import { ConfigError, type Place } from './problem.ts';

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

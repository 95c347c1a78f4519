/** Reasons why listening fails, each with what to do. */

import { type Endpoint, formatEndpoint } from '../net/address.ts';
import { findHolder } from '../net/address-holder.ts';
import { ConfigError, type Place } from './problem.ts';

const LISTEN_ERRORS: Readonly<Record<string, (endpoint: Endpoint) => string>> = {
  EADDRINUSE: inUse,
  EADDRNOTAVAIL: () => 'this host does not have the address; expect one of its own',
  EACCES: () =>
    `ports below 1024 need the capability CAP_NET_BIND_SERVICE; expect AmbientCapabilities=CAP_NET_BIND_SERVICE in the systemd unit, setcap cap_net_bind_service=+ep ${process.execPath}, sysctl net.ipv4.ip_unprivileged_port_start=53, or another port`,
};

/** The address at `place` cannot be listened on. */
export function cannotListen(
  endpoint: Endpoint,
  error: NodeJS.ErrnoException,
  place: Place,
): ConfigError {
  const why = LISTEN_ERRORS[error.code ?? '']?.(endpoint) ?? error.message;
  const message = `cannot listen on ${formatEndpoint(endpoint)}: ${why}`;
  return new ConfigError([{ ...place, message }]);
}

/** Whether a host just lacks the address: it may have but one of the default ones. */
export function isMissingAddress({ code }: NodeJS.ErrnoException): boolean {
  return code === 'EADDRNOTAVAIL' || code === 'EAFNOSUPPORT';
}

function inUse(endpoint: Endpoint): string {
  const holder = findHolder(endpoint);
  if (holder?.includes('systemd-resolve')) {
    return `the address is in use by ${holder}, the stub of systemd-resolved; expect DNSStubListener=no in /etc/systemd/resolved.conf, or an address of an interface here`;
  }
  const by = holder === undefined ? '' : ` by ${holder}`;
  return `the address is in use${by}; stop the other program or expect another port here`;
}

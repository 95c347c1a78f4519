/** Where the admin HTTP listens: for operators, and for probes that have no token. */

import type { Config } from '../config/config.ts';
import { cannotListen } from '../config/listen-error.ts';
import { type Endpoint, formatEndpoint } from '../net/address.ts';
import { Metrics } from '../observe/metrics.ts';
import { type AdminSource, adminHandlers, probeHandlers } from './api.ts';
import { exposeServing, type MeasuredServer } from './exposed-metrics.ts';
import { type AdminHttp, type AdminOptions, listenAdmin } from './http.ts';

export interface AdminListeners {
  readonly admin: Endpoint;
  readonly probes: Endpoint | undefined;
  /** Lines for the log about them. */
  readonly description: readonly string[];
  close(): void;
}

/** Listens; rejects with a ConfigError when an address cannot be had. */
export async function openAdmin(
  { admin: { listen, token, probes } }: Config,
  source: Omit<AdminSource, 'metrics'>,
  measured: MeasuredServer,
): Promise<AdminListeners> {
  const metrics = new Metrics();
  exposeServing(metrics, measured);
  const handlers = adminHandlers({ ...source, metrics });
  const admin = await open(listen, { token, isOpen: false, handlers });
  const description = [`admin HTTP on http://${formatEndpoint(admin)}`];
  if (probes === undefined) {
    return { admin, probes: undefined, description, close: () => admin.close() };
  }
  const options = { token: undefined, isOpen: true, handlers: probeHandlers(handlers) };
  const forProbes = await open(probes, options).catch((error) => {
    admin.close();
    throw error;
  });
  return {
    admin,
    probes: forProbes,
    description: [`probes on http://${formatEndpoint(forProbes)}`, ...description],
    close: () => {
      admin.close();
      forProbes.close();
    },
  };
}

function open(
  { value, place }: Config['admin']['listen'],
  options: Omit<AdminOptions, 'address' | 'port'>,
): Promise<AdminHttp> {
  return listenAdmin({ ...value, ...options }).catch((error: NodeJS.ErrnoException) => {
    throw cannotListen(value, error, place);
  });
}

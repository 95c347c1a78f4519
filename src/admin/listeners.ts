/** Where the admin HTTP listens: for operators, and for probes that have no token. */

import type { Certificate } from '../config/certificates.ts';
import type { Config } from '../config/config.ts';
import { cannotListen } from '../config/listen-error.ts';
import { type Endpoint, formatEndpoint } from '../net/address.ts';
import { Metrics } from '../observe/metrics.ts';
import { adminHandlers, probeHandlers } from './api.ts';
import { CONSOLE_NEEDS, consoleHandlers } from './console-files.ts';
import { exposeServing, type MeasuredServer } from './exposed-metrics.ts';
import { type AdminHttp, type AdminOptions, listenAdmin } from './http.ts';
import { Identities } from './identities.ts';
import type { AdminSource } from './source.ts';
import { createApiV1, NEEDS } from './v1/routes.ts';

export interface AdminListeners {
  readonly admin: Endpoint;
  readonly probes: Endpoint | undefined;
  /** Lines for the log about them. */
  readonly description: readonly string[];
  close(): void;
}

/** What the admin HTTP shows to clients; nothing when it is not HTTPS. */
interface AdminCertificates {
  readonly ofAdmin: readonly Certificate[] | undefined;
  /** Called with others that are to be shown from then on. */
  showAdmin: (certificates: readonly Certificate[]) => void;
}

export interface AdminListening extends Omit<AdminSource, 'metrics'> {
  /** Whether other processes may share its addresses, as those of clients. */
  readonly isShared: boolean;
}

/** Listens; rejects with a ConfigError when an address cannot be had. */
export async function openAdmin(
  { admin: { listen, tokens, probes } }: Config,
  { isShared, ...source }: AdminListening,
  measured: MeasuredServer,
  certificates: AdminCertificates,
): Promise<AdminListeners> {
  const metrics = new Metrics();
  exposeServing(metrics, measured);
  const identities = new Identities(tokens);
  const handlers = adminHandlers({ ...source, metrics });
  const v1 = createApiV1({ ...source, metrics }, identities);
  const admin = await open(listen, {
    isShared,
    identities,
    certificate: certificates.ofAdmin && toSecureContext(certificates.ofAdmin),
    handlers: {
      ...handlers,
      ...v1.handlers,
      ...consoleHandlers({ visited: () => source.searcher?.prepare() }),
    },
    needs: { ...NEEDS, ...CONSOLE_NEEDS },
  }).catch((error) => {
    v1.close();
    throw error;
  });
  const scheme = certificates.ofAdmin === undefined ? 'http' : 'https';
  certificates.showAdmin = (next) => admin.identify(toSecureContext(next));
  const description = [`console and admin HTTP on ${scheme}://${formatEndpoint(admin)}`];
  const close = () => {
    v1.close();
    admin.close();
  };
  if (probes === undefined) return { admin, probes: undefined, description, close };
  const options = { isShared, identities: new Identities([]), isOpen: true };
  const forProbes = await open(probes, { ...options, handlers: probeHandlers(handlers) }).catch(
    (error) => {
      close();
      throw error;
    },
  );
  return {
    admin,
    probes: forProbes,
    description: [`probes on http://${formatEndpoint(forProbes)}`, ...description],
    close: () => {
      close();
      forProbes.close();
    },
  };
}

function toSecureContext(certificates: readonly Certificate[]) {
  return {
    cert: certificates.map(({ certificate }) => certificate),
    key: certificates.map(({ key }) => key),
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

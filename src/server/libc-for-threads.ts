/** What data threads need; without it they are not started. */

import type { Config } from '../config/config.ts';
import { ConfigError } from '../config/problem.ts';
import type { Logger } from '../log.ts';
import { type Libc, laidOutLibrary, loadLibc } from '../transport/libc.ts';
import { loadOpenSsl } from '../transport/openssl.ts';

/** The C library; without what they need, the main thread serves datagrams too. */
export function libcForThreads(config: Config, log: Logger): Libc | undefined {
  const libc = loadLibc();
  const missing = typeof libc === 'string' ? libc : missingTls(config);
  if (missing === undefined) {
    const file = laidOutLibrary();
    if (file !== undefined) log.info(`its library for system calls is ${file}`);
    return libc as Libc;
  }
  log.warn(`no data threads, all is served by one: ${missing}`);
  return undefined;
}

/** Throws a ConfigError for a configuration that data threads which run cannot serve by. */
export function checkThreadsCan(config: Config): void {
  const missing = missingTls(config);
  if (missing === undefined) return;
  const { place } = encryptedServers(config)[0]!;
  const message = `data threads that run cannot ask by TLS: ${missing}; expect a restart, after which one thread serves all`;
  throw new ConfigError([{ ...place, message }]);
}

/** Why data threads could not ask the upstreams of a configuration. */
function missingTls(config: Config): string | undefined {
  if (encryptedServers(config).length === 0) return undefined;
  const openSsl = loadOpenSsl();
  return typeof openSsl === 'string' ? `no OpenSSL within the program: ${openSsl}` : undefined;
}

function encryptedServers({ upstreams }: Config) {
  return upstreams.flatMap(({ value }) =>
    value.servers.filter((server) => 'encryption' in server.value),
  );
}

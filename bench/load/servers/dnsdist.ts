/** dnsdist: a Lua configuration, in the foreground. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Encrypted } from '../certificate.ts';
import type { Contestant, Site } from '../contestant.ts';

export interface DnsdistConfig {
  readonly label?: string;
  /** Lua that follows its address. */
  readonly lua: (site: Site) => string;
  readonly log?: string;
  readonly encrypted?: Encrypted;
}

export function dnsdist({ label = 'dnsdist', lua, log, encrypted }: DnsdistConfig): Contestant {
  return {
    label,
    peer: 'dnsdist',
    log,
    configure(site) {
      const file = join(site.folder, 'dnsdist.conf');
      // It would ask for news of its version otherwise.
      const head = `setSecurityPollSuffix("")\nsetLocal("127.0.0.1:${site.port}")\n`;
      const listener = encrypted === undefined ? '' : listenerOf(site, encrypted);
      writeFileSync(file, `${head}${listener}${lua(site)}\n`);
      return [site.program, '-C', file, '--supervised', '--disable-syslog'];
    },
  };
}

function listenerOf({ secure }: Site, { by, certificate, key }: Encrypted): string {
  const at = `"127.0.0.1:${secure}", "${certificate}", "${key}"`;
  return by === 'dot'
    ? `addTLSLocal(${at}, {provider="openssl"})\n`
    : `addDOHLocal(${at}, "/dns-query")\n`;
}

/** Lua for the upstream: several sockets, so that their ports tell replies apart. */
export function dnsdistUpstream({ upstream }: Site): string {
  return `newServer({address="127.0.0.1:${upstream}", sockets=8, checkName="w0.example.com."})`;
}

/** Lua for answers from its packet cache. */
export const DNSDIST_CACHE = 'getPool(""):setCache(newPacketCache(100000))';

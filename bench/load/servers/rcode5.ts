/** rcode5 as `npm start` runs it. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Encrypted } from '../certificate.ts';
import type { Contestant, Site } from '../contestant.ts';

export const MAIN: string = join(import.meta.dirname, '..', '..', '..', 'scripts', 'rcode5.js');
/** The decision log in its folder. */
const LOG = 'decisions.log';

export interface Rcode5Config {
  readonly label?: string;
  /** Lines of its configuration besides addresses, upstream and decision log. */
  readonly lines?: readonly string[];
  /** Whether its log is looked at; without one, records go to /dev/null. */
  readonly isLogged?: boolean;
  /** Its upstream as the configuration names it, by the port that the site has for it. */
  readonly server?: (port: number) => string;
  readonly cores?: string;
  readonly encrypted?: Encrypted;
  /** What its group of upstreams has besides the server. */
  readonly group?: readonly string[];
  /** Whether its admin HTTP is asked: it listens where the site has a port for TLS. */
  readonly hasConsole?: boolean;
}

/** As it is by default, and with one data thread. */
export function rcode5AndOneThread(config: Rcode5Config): Contestant[] {
  const lines = [...(config.lines ?? []), 'threads: 1'];
  const oneThread = rcode5({ ...config, lines, label: 'rcode5, threads: 1' });
  return [rcode5(config), oneThread];
}

export function rcode5({
  label = 'rcode5',
  lines = [],
  isLogged = false,
  server = (upstream) => `127.0.0.1:${upstream}`,
  cores,
  encrypted,
  group = [],
  hasConsole = false,
}: Rcode5Config): Contestant {
  const log = isLogged ? LOG : undefined;
  return {
    label,
    peer: undefined,
    log,
    ...(cores === undefined ? {} : { cores }),
    configure({ folder, port, secure, upstream, program, main = MAIN }: Site) {
      const file = join(folder, 'rcode5.yaml');
      writeFileSync(
        file,
        format({
          listen: [`"127.0.0.1:${port}"`, ...(encrypted ? [listener(secure, encrypted)] : [])],
          server: server(upstream),
          group,
          lines,
          log: log ?? '/dev/null',
          admin: hasConsole ? secure! : 0,
        }),
      );
      return [program, main, 'serve', '-c', file];
    },
  };
}

function listener(port: number | undefined, { by, certificate, key }: Encrypted): string {
  const kind = by === 'dot' ? 'tls' : 'https';
  return `{ address: "127.0.0.1:${port}", ${kind}: { certificate: ${certificate}, key: ${key} } }`;
}

interface Parts {
  readonly listen: readonly string[];
  readonly server: string;
  readonly group: readonly string[];
  readonly lines: readonly string[];
  readonly log: string;
  readonly admin: number;
}

function format(of: Parts) {
  const group = [`servers: ["${of.server}"]`, ...of.group].join(', ');
  return `listen: [${of.listen.join(', ')}]
admin: { listen: "127.0.0.1:${of.admin}" }
upstreams: { default: { ${group} } }
decisionLog: { to: ${of.log}, record: policy }
${of.lines.join('\n')}
`;
}

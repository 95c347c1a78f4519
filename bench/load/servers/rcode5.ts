/** rcode5 from its source, as `npm start` runs it. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Contestant, Site } from '../contestant.ts';

const MAIN: string = join(import.meta.dirname, '..', '..', '..', 'src', 'cli', 'main.ts');
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
}: Rcode5Config): Contestant {
  const log = isLogged ? LOG : undefined;
  return {
    label,
    peer: undefined,
    log,
    ...(cores === undefined ? {} : { cores }),
    configure({ folder, port, upstream, program }: Site) {
      const file = join(folder, 'rcode5.yaml');
      writeFileSync(
        file,
        format({ port, server: server(upstream), lines, log: log ?? '/dev/null' }),
      );
      return [program, MAIN, 'serve', '-c', file];
    },
  };
}

function format(of: { port: number; server: string; lines: readonly string[]; log: string }) {
  return `listen: ["127.0.0.1:${of.port}"]
admin: { listen: "127.0.0.1:0" }
upstreams: { default: { servers: ["${of.server}"] } }
decisionLog: { to: ${of.log}, record: policy }
${of.lines.join('\n')}
`;
}

/** dnsmasq as a forwarder. */

import { writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import type { Contestant } from '../contestant.ts';

export interface DnsmasqConfig {
  readonly label?: string;
  /** Answers that its cache holds; 0 for none. */
  readonly cacheSize: number;
}

export function dnsmasq({ label = 'dnsmasq', cacheSize }: DnsmasqConfig): Contestant {
  return {
    label,
    peer: 'dnsmasq',
    configure({ folder, port, upstream, program }) {
      const file = join(folder, 'dnsmasq.conf');
      writeFileSync(
        file,
        `keep-in-foreground
port=${port}
listen-address=127.0.0.1
bind-interfaces
no-resolv
no-poll
no-hosts
user=${userInfo().username}
pid-file=${join(folder, 'dnsmasq.pid')}
server=127.0.0.1#${upstream}
cache-size=${cacheSize}
dns-forward-max=10000
`,
      );
      return [program, `--conf-file=${file}`];
    },
  };
}

/** Unbound as a forwarder that does not validate, with one thread. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Encrypted } from '../certificate.ts';
import type { Contestant, Site } from '../contestant.ts';

export interface UnboundConfig {
  /** Lines of the section `server`, after all others of it. */
  readonly server?: readonly string[];
  /** Sections besides `server` and the forward zone. */
  readonly sections?: string;
  readonly modules?: string;
  readonly label?: string;
  readonly log?: string;
  readonly encrypted?: Encrypted;
}

export function unbound(config: UnboundConfig): Contestant {
  const { label = 'unbound', log } = config;
  return {
    label,
    peer: 'unbound',
    log,
    configure(site) {
      const file = join(site.folder, 'unbound.conf');
      writeFileSync(file, format(site, config));
      return [site.program, '-d', '-c', file];
    },
  };
}

function format(site: Site, config: UnboundConfig): string {
  const { folder, port, upstream } = site;
  const { server = [], sections = '', modules = 'iterator', log = 'unbound.log' } = config;
  return `server:
  interface: 127.0.0.1
  port: ${port}
  num-threads: 1
  directory: "${folder}"
  chroot: ""
  username: ""
  pidfile: ""
  use-syslog: no
  logfile: "${join(folder, log)}"
  verbosity: 0
  module-config: "${modules}"
  do-not-query-localhost: no
  outgoing-range: 4096
  incoming-num-tcp: 100
  access-control: 127.0.0.0/8 allow
${[...listenerOf(site, config), ...server].map((line) => `  ${line}\n`).join('')}remote-control:
  control-enable: no
forward-zone:
  name: "."
  forward-addr: 127.0.0.1@${upstream}
${sections}
`;
}

function listenerOf({ secure }: Site, { encrypted }: UnboundConfig): string[] {
  if (encrypted === undefined) return [];
  const { by, certificate, key } = encrypted;
  return [
    `interface: 127.0.0.1@${secure}`,
    `${by === 'dot' ? 'tls' : 'https'}-port: ${secure}`,
    `tls-service-pem: "${certificate}"`,
    `tls-service-key: "${key}"`,
  ];
}

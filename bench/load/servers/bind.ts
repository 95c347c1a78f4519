/** BIND as a forwarder that does not validate, with one thread. */

import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Contestant, Site } from '../contestant.ts';

export interface BindConfig {
  /** Statements inside `options`. */
  readonly options?: readonly string[];
  /** Statements besides `options` and `logging`. */
  readonly statements?: string;
  /** The category that goes to the log, if any. */
  readonly category?: string;
  readonly label?: string;
}

const LOG = 'bind.log';
/** Categories with a line for each query, when they are not the work. */
const QUIET: readonly string[] = ['security', 'query-errors', 'rpz', 'lame-servers'];

export function bind(config: BindConfig): Contestant {
  const { label = 'bind', category } = config;
  return {
    label,
    peer: 'bind',
    log: category === undefined ? undefined : LOG,
    configure(site) {
      // A copy: AppArmor goes by the path, and would keep the original from reading this folder.
      const named = join(site.folder, 'named');
      copyFileSync(site.program, named);
      const file = join(site.folder, 'named.conf');
      writeFileSync(file, format(site, config));
      // Not -g: that sends all to stderr, whatever `logging` says.
      return [named, '-f', '-4', '-n', '1', '-c', file];
    },
  };
}

function format({ folder, port, upstream }: Site, config: BindConfig): string {
  const { options = [], statements = '', category } = config;
  const quiet = QUIET.filter((one) => one !== category);
  const logged = category === undefined ? '' : `  category ${category} { work; };\n`;
  return `logging {
  channel messages { file "${join(folder, 'messages')}"; severity warning; };
  channel work { file "${join(folder, LOG)}"; severity info; print-time yes; };
  category default { messages; };
${quiet.map((one) => `  category ${one} { null; };\n`).join('')}${logged}};
options {
  directory "${folder}";
  listen-on port ${port} { 127.0.0.1; };
  listen-on-v6 { none; };
  pid-file none;
  session-keyfile none;
  dnssec-validation no;
  recursion yes;
  recursive-clients 10000;
  servfail-ttl 0;
  forwarders { 127.0.0.1 port ${upstream}; };
  forward only;
${options.map((line) => `  ${line}\n`).join('')}};
controls {};
${statements}
`;
}

/** dnsmasq, started with the dnsmasq.conf of a folder. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findProgram, Program } from '../../e2e/processes.ts';

/** Throws when dnsmasq does not take the configuration. */
export async function startDnsmasq(folder: string): Promise<Program> {
  const config = join(folder, 'dnsmasq.conf');
  const own = ['-k', '-C', config, '--log-facility=-', '-u', 'root', '-x', join(folder, 'pid')];
  const program = new Program(findProgram('dnsmasq')!, own, folder);
  const said = await program.says(/started, version|^dnsmasq: /m);
  if (/^dnsmasq: (?!started)/m.test(said) && !/started, version/.test(said))
    throw new Error(`dnsmasq does not take it: ${said}\n${readFileSync(config, 'utf8')}`);
  return program;
}

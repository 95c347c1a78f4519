/** `init`: prints a first configuration for this host. */

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { parseArgs } from 'node:util';
import { formatFirstConfig, type Host } from '../load/first-config.ts';
import { type Command, Exit, UsageError } from './command.ts';
import type { Options } from './options.ts';

const OPTIONS = {
  output: {
    type: 'string',
    short: 'o',
    value: 'FILE',
    about: 'writes it to FILE, which must not exist; prints it without',
  },
} as const satisfies Options;

/** systemd-resolved's own list of the servers behind it comes first: resolv.conf then names its stub. */
const RESOLV_CONFS = ['/run/systemd/resolve/resolv.conf', '/etc/resolv.conf'];

export const init: Command = {
  name: 'init',
  operands: '',
  options: OPTIONS,
  about: "prints a first configuration, from this host's resolv.conf and interfaces",
  async run(args) {
    const { values } = parseArgs({ args: [...args], options: OPTIONS });
    const text = formatFirstConfig(thisHost());
    if (values.output === undefined) process.stdout.write(text);
    else writeNew(values.output, text);
    return Exit.OK;
  },
};

function thisHost(): Host {
  const interfaces = Object.values(networkInterfaces()).flatMap((addresses) =>
    (addresses ?? []).map(({ cidr }) => cidr ?? ''),
  );
  const file = RESOLV_CONFS.find((one) => existsSync(one));
  return {
    interfaces,
    resolvConf: file === undefined ? undefined : { file, text: readFileSync(file, 'utf8') },
  };
}

/** Never over another file: that may be somebody's work. */
function writeNew(file: string, text: string): void {
  try {
    writeFileSync(file, text, { flag: 'wx' });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') {
      throw new UsageError(`${file} is there already; expect a file that does not exist`);
    }
    throw new UsageError(`cannot write ${file}: ${message}; expect a file in a folder that exists`);
  }
  process.stdout.write(`${file} is written; rcode5 check -c ${file} reads it\n`);
}

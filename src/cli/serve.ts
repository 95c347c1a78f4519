/** `serve`: runs the forwarder. */

import { parseArgs } from 'node:util';
import { createLog } from '../log.ts';
import { RunningServer } from '../server/server.ts';
import { findServiceManager } from '../server/service-manager.ts';
import { type Command, Exit } from './command.ts';
import { findConfigFile } from './config-file.ts';
import { CONFIG_OPTION, type Options } from './options.ts';
import { serveProblem } from './policy-source.ts';

const AS_ROOT =
  'rcode5 runs as root and needs none of that; expect a user of its own, with the capability ' +
  'CAP_NET_BIND_SERVICE for ports below 1024';

const OPTIONS = {
  config: CONFIG_OPTION,
  share: {
    type: 'boolean',
    default: false,
    about: 'for upgrades: another process started with it may share the addresses',
  },
} as const satisfies Options;

export const serve: Command = {
  name: 'serve',
  operands: '',
  options: OPTIONS,
  about:
    'runs the forwarder; SIGHUP reloads and reopens logs, SIGTERM answers open queries and exits',
  async run(args) {
    const { values } = parseArgs({ args: [...args], options: OPTIONS });
    const log = createLog();
    const source = { file: findConfigFile(values.config), environment: { ...process.env } };
    const manager = findServiceManager(process.env, log);
    let server: RunningServer | undefined;
    const status = () => `policy=${server?.serving.policy.hash}`;
    // Before there is a server there is nothing to reload, and no reason to exit.
    process.on('SIGHUP', () => {
      if (server === undefined) return;
      manager?.reloading();
      void server.reopenLogs();
      // Also by the old policy, after a problem, it is ready.
      void server.reload().finally(() => manager?.ready(status()));
    });
    // A limit for the size of files (`ulimit -f`) is no reason to exit, though that is the default:
    // the write fails and is accounted for.
    if (process.platform !== 'win32') process.on('SIGXFSZ', () => {});
    server = await RunningServer.start(source, log, values.share).catch((error) => {
      throw serveProblem(source.file, error);
    });
    manager?.ready(status());
    if (process.getuid?.() === 0) log.warn(AS_ROOT);
    await new Promise((resolve) => {
      for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, resolve);
    });
    log.info('draining');
    manager?.stopping();
    await server.close();
    manager?.close();
    return Exit.OK;
  },
};

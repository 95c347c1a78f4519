/** Whether the addresses of a configuration can be listened on, tried and given up again. */

import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';
import type { Config } from '../config/config.ts';
import type { Located } from '../config/kind.ts';
import { takesDatagrams } from '../config/listen.ts';
import { cannotListen, isMissingAddress } from '../config/listen-error.ts';
import type { Problem } from '../config/problem.ts';
import { type Endpoint, parseAddress } from '../net/address.ts';

/** The problems that `serve` would end with now; a server that is running has the addresses. */
export async function tryListeners(config: Config): Promise<readonly Problem[]> {
  const { listen, admin, listensByDefault } = config;
  const plain = listen.filter(({ value }) => takesDatagrams(value));
  const found = await Promise.all([
    ...plain.map((address) => tryOne(address, bindDatagrams, listensByDefault)),
    ...listen.map((address) => tryOne(address, bindStream, listensByDefault)),
    tryOne(admin.listen, bindStream, false),
    ...(admin.probes === undefined ? [] : [tryOne(admin.probes, bindStream, false)]),
  ]);
  // One that is taken by UDP and by TCP is one problem.
  const problems = new Map(found.flat().map((problem) => [problem.message, problem]));
  return [...problems.values()];
}

async function tryOne(
  { value, place }: Located<Endpoint>,
  bind: (endpoint: Endpoint) => Promise<void>,
  maybeMissing: boolean,
): Promise<readonly Problem[]> {
  try {
    await bind(value);
    return [];
  } catch (error) {
    if (maybeMissing && isMissingAddress(error as NodeJS.ErrnoException)) return [];
    return cannotListen(value, error as NodeJS.ErrnoException, place).problems;
  }
}

function bindDatagrams({ address, port }: Endpoint): Promise<void> {
  const options =
    parseAddress(address)!.family === 4
      ? ({ type: 'udp4' } as const)
      : ({ type: 'udp6', ipv6Only: true } as const);
  return new Promise((resolve, reject) => {
    const socket = createSocket(options);
    socket.once('error', reject);
    socket.bind({ address, port, exclusive: true }, () => socket.close(() => resolve()));
  });
}

function bindStream({ address, port }: Endpoint): Promise<void> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen({ host: address, port, exclusive: true, ipv6Only: true }, () =>
      server.close(() => resolve()),
    );
  });
}

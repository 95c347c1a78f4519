/**
 * How much memory the server takes for answers of 60 KB, of which a cache of the usual size holds
 * few: in its main thread, which serves TCP clients, and then also in its data threads, whose
 * clients get TC=1. Exits with 1 when it is a fifth more than `cache.size`.
 */

import {
  askAllByTcp,
  askAllByUdp,
  long,
  longAnswerTo,
  names,
  residentOf,
} from '../test/e2e/long-answers.ts';
import { cleanUp } from '../test/e2e/processes.ts';
import { Site, serve } from '../test/e2e/rcode5.ts';
import { Upstream } from '../test/world/upstream.ts';

const MIB = 1 << 20;
const SIZE = 64 * MIB;
/** What the server may take more than it does idle, in cache sizes. */
const MOST = 1.2;
/** Answers of 60 KB, of which a third has room. */
const ANSWERS = 3000;

const upstream = await Upstream.start(({ octets }) => longAnswerTo(octets));
try {
  const server = await serve(
    new Site(`threads: 2
upstreams: { default: { servers: ["tcp://${upstream.address}:${upstream.port}"] } }
cache: { size: ${SIZE / MIB}MiB }
`),
  );
  // What has to be compiled and buffered is there before.
  await askAllByTcp(server.port, names('w', 20));
  await askAllByUdp(server.port, names('v', 20));
  const idle = residentOf(server);
  for (const [way, ask] of [
    ['TCP', askAllByTcp],
    ['UDP', askAllByUdp],
  ] as const) {
    await ask(server.port, names(way[0]!, ANSWERS));
    const growth = residentOf(server) - idle;
    const [got, more, size] = [ANSWERS * long.length, growth, SIZE].map((octets) =>
      (octets / MIB).toFixed(0),
    );
    console.log(
      `${got} MiB by ${way}: ${more} MiB more memory than idle, cache.size is ${size} MiB`,
    );
    if (growth > SIZE * MOST) process.exitCode = 1;
  }
} finally {
  await upstream.close();
  await cleanUp();
}

/** TLS connections with one query each. */

import { join } from 'node:path';
import { CLIENTS, type Load, type LoadResult } from './dnsperf.ts';
import { run } from './run.ts';

const CLIENT: string = join(import.meta.dirname, 'handshake-client.ts');
/** The part of the sessions that may be new where they are to be resumed, besides the first ones. */
const MAX_NEW = 0.01;

export async function loadByHandshakes(
  { ready, sessions }: Load,
  { port, seconds, cores }: { port: number; seconds: number; cores: string },
): Promise<LoadResult> {
  const begin = performance.now();
  const asked = [`${port}`, sessions ?? 'full', `${seconds}`, ready.name];
  const { ok, output } = await run('taskset', [
    ...['-c', cores, process.execPath, CLIENT, ...asked, `${CLIENTS}`],
  ]);
  const took = (performance.now() - begin) / 1000;
  if (!ok) throw new Error(`the client failed: ${output.trim().slice(-300)}`);
  const { connections, resumed, rcodes } = JSON.parse(output);
  if (connections === 0 || rcodes[ready.rcode] !== connections) {
    throw new Error(`answers by RCODE: ${JSON.stringify(rcodes)}; expect ${ready.rcode} alone`);
  }
  const wanted = sessions === 'resumed' ? connections - CLIENTS : 0;
  if (resumed < wanted * (1 - MAX_NEW) || (wanted === 0 && resumed > 0)) {
    throw new Error(`${resumed} of ${connections} sessions were resumed; expect ${wanted}`);
  }
  return {
    sent: connections,
    completed: connections,
    seconds: took,
    perSecond: connections / took,
  };
}

/**
 * dnsperf through an upstream that is away every other five seconds, for a minute: what is lost or
 * fails must not be more than what was asked while it was away. `node scripts/flapping.ts [SECONDS]`
 */

import { writeFileSync } from 'node:fs';
import { cleanUp, run } from '../test/e2e/processes.ts';
import { Site, serve } from '../test/e2e/rcode5.ts';
import { answerTo, Upstream } from '../test/world/upstream.ts';

const PHASE_MS = 5000;
const QUERIES_PER_SECOND = 200;
const seconds = Number(process.argv[2] ?? 60);

const upstream = await Upstream.start();
const flapping = setInterval(() => {
  const isAway = !upstream.ignoresSelfQueries;
  upstream.ignoresSelfQueries = isAway;
  upstream.script = isAway ? () => undefined : ({ octets }) => answerTo(octets);
}, PHASE_MS);

try {
  const site = new Site(`cache: { entries: 0 }
upstreams: { default: { servers: ["${upstream.server}"], timeout: 500ms } }
`);
  const server = await serve(site);
  const names = Array.from(
    { length: seconds * QUERIES_PER_SECOND },
    (_, i) => `n${i}.example.com A`,
  );
  writeFileSync(site.path('names'), `${names.join('\n')}\n`);
  const { stdout } = await run('dnsperf', [
    ...['-s', '127.0.0.1', '-p', `${server.port}`, '-d', site.path('names')],
    ...['-l', `${seconds}`, '-Q', `${QUERIES_PER_SECOND}`, '-q', '5000', '-t', '5'],
  ]);
  const numberOf = (pattern: RegExp) => Number(pattern.exec(stdout)?.[1] ?? 0);
  const lost = numberOf(/Queries lost:\s+(\d+)/);
  const failed = numberOf(/SERVFAIL (\d+)/);
  const away = (seconds * QUERIES_PER_SECOND) / 2;
  process.stdout.write(`lost ${lost}, SERVFAIL ${failed}; asked while it was away: ${away}\n`);
  process.exitCode = lost + failed > away ? 1 : 0;
} finally {
  clearInterval(flapping);
  upstream.close();
  await cleanUp();
}

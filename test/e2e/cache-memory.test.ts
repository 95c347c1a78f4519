import { Upstream } from '../world/upstream.ts';
import { rounds } from '../world/whole.ts';
import { askAllByTcp, askAllByUdp, longAnswerTo, names, residentOf } from './long-answers.ts';
import { cleanUp } from './processes.ts';
import { Site, serve } from './rcode5.ts';

const MIB = 1 << 20;
const SIZE = 8 * MIB;
/** What a process that is warm has more than one that has just begun: compiled code, new objects. */
const WARMTH = 16 * MIB;
/** Some ten times as much as there is room for. */
const ANSWERS = rounds(1200, 800);

describe('e2e: memory under answers of 60 KB', function () {
  this.timeout(240_000);
  let upstream: Upstream;
  before(async () => {
    upstream = await Upstream.start(({ octets }) => longAnswerTo(octets));
  });
  after(async () => {
    upstream.close();
    await cleanUp();
  });

  it('grows by cache.size and a fifth at most, all threads together', async () => {
    const server = await serve(
      new Site(`threads: 2
upstreams: { default: { servers: ["tcp://${upstream.server}"] } }
cache: { size: ${SIZE / MIB}MiB }
`),
    );
    await askAllByTcp(server.port, names('w', 20));
    await askAllByUdp(server.port, names('v', 20));
    const idle = residentOf(server);
    await askAllByTcp(server.port, names('t', ANSWERS));
    await askAllByUdp(server.port, names('u', ANSWERS));
    const most = idle + SIZE * 1.2 + WARMTH;
    await server.program.until(`memory below ${most / MIB} MiB`, async () => {
      return residentOf(server) < most ? true : undefined;
    });
  });
});

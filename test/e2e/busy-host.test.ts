import { expect } from 'chai';
import { rounds } from '../world/whole.ts';
import { cleanUp, Program } from './processes.ts';
import { Site, spawnRcode5 } from './rcode5.ts';
import { ask } from './sockets.ts';

/** Loops beside the server: each of its threads gets a small part of a CPU; `npm run busy` has more. */
const LOOPS = Number(process.env['RCODE5_BUSY_LOOPS'] ?? rounds(4, 2));
/** Seconds after which a loop ends by itself, whatever becomes of this test. */
const LOOP_S = 280;
const REFUSED = 5;

/** Waits as long as the program runs and has not logged this. */
async function logged(program: Program, pattern: RegExp): Promise<string> {
  let hasEnded = false;
  void program.ended.then(() => {
    hasEnded = true;
  });
  for (;;) {
    const found = pattern.exec(program.stderr)?.[1];
    if (found !== undefined) return found;
    expect(hasEnded, program.stderr).to.equal(false);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

describe('e2e: a server on a busy host', function () {
  this.timeout(300_000);
  before(() => {
    const loop = [String(LOOP_S), 'sh', '-c', 'while :; do :; done'];
    for (let i = 0; i < LOOPS; i++) new Program('timeout', loop);
  });
  after(cleanUp);

  it('starts its data threads, reloads and ends', async () => {
    const site = new Site('threads: 4\n');
    const program = spawnRcode5(['serve', '-c', site.config]);
    const port = Number(await logged(program, /listening on 127\.0\.0\.1:(\d+)/));
    await logged(program, /(policy=\w+) from/);
    const before = program.stderr.length;
    site.configure('threads: 4\nacl: { query: { 127.0.0.1: refuse } }\n');
    program.signal('SIGHUP');
    await logged(program, /(reloaded policy=)/);
    expect(program.stderr.slice(before)).to.not.match(/"level":50/);
    expect(await ask(port, 'www.example.com')).to.equal(REFUSED);
    program.signal('SIGTERM');
    expect(await program.ended, program.stderr).to.deep.equal({ code: 0, signal: null });
  });
});

import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { elapsed, few } from '../world/control.ts';
import { findPort } from './peers.ts';
import { SECRET, startBindPrimary, startNsdPrimary, ZONE, type ZonePrimary } from './primaries.ts';
import { cleanUp, describeWith, run } from './processes.ts';
import { type Rcode5, Site, scrape, serve, spawnRcode5 } from './rcode5.ts';
import { ask } from './sockets.ts';

const NXDOMAIN = 3;
/** Milliseconds from a change at the primary until it has to be in force; see few(). */
const IN_FORCE_MS = 2000;
const OTHER_SECRET = Buffer.from('quite another secret').toString('base64');

/** So many that a transfer takes several messages, and that a thread of its own compiles them. */
const MANY: readonly string[] = Array.from({ length: 40_000 }, (_, i) => `n${i}.example`);

const MAKERS = [
  { name: 'BIND', start: startBindPrimary, how: 'IXFR' },
  { name: 'NSD', start: startNsdPrimary, how: '[AI]XFR' },
] as const;

function configuration(listen: number, primary: number, secret: string = SECRET): string {
  return `listen: ["127.0.0.1:${listen}"]
tsigKeys: { vendor-key: { algorithm: hmac-sha256, secret: "${secret}" } }
policies:
  - name: feed
    rpz: { zone: ${ZONE}, primaries: ["127.0.0.1:${primary}"], tsig: vendor-key, cacheFile: feed.rpz }
`;
}

describeWith(
  ['named', 'nsd', 'nsupdate', 'named-checkzone', 'dig'],
  'e2e: policy zones of BIND and NSD',
  () => {
    for (const { name, start, how } of MAKERS) {
      describe(name, () => {
        let primary: ZonePrimary;
        let server: Rcode5;
        let listen: number;

        before(async () => {
          listen = await findPort();
          primary = await start(['bad.example', '*.bad.example', ...MANY], listen);
          server = await serve(new Site(configuration(listen, primary.port)));
        });
        after(cleanUp);

        it('gives the zone to whoever has the key', async () => {
          expect(await ask(listen, 'x.bad.example')).to.equal(NXDOMAIN);
          const { rule } = server.site.records().at(-1)!;
          expect(rule).to.deep.include({
            id: 'feed/*.bad.example',
            file: `127.0.0.1:${primary.port}#7`,
            line: 0,
          });
          const [serial] = await scrape(server, 'rcode5_policy_zone_serial');
          expect(serial).to.deep.equal({ labels: 'policy="feed"', value: 7 });
          expect(server.program.stderr).to.match(
            /serial 7 from 127\.0\.0\.1:\d+ by AXFR, 40004 records/,
          );
        });

        it('is told of by status', async () => {
          const status = spawnRcode5(['status', '--admin', server.admin]);
          await status.ended;
          expect(status.stdout).to.match(
            /^policy {5}feed: 40002 rules, serial 7 of rpz\.example\. from 127\.0\.0\.1:\d+, confirmed at /m,
          );
        });

        it(`has a change in force within ${IN_FORCE_MS} ms of its NOTIFY`, async () => {
          // The server computes for as long as a program does that starts, in more than one thread.
          const start = await elapsed(() => run(process.execPath, ['-e', '']));
          const control = start + (await elapsed(() => primary.add('new.example')));
          const time = await elapsed(() =>
            server.program.until('the change', async () => {
              return (await ask(listen, 'new.example')) === NXDOMAIN ? true : undefined;
            }),
          );
          expect(time).to.be.below(few(IN_FORCE_MS, control));
          expect(server.program.stderr).to.match(new RegExp(`serial 8 from \\S+ by ${how}`));
          expect(await ask(listen, 'x.bad.example')).to.equal(NXDOMAIN);
        });

        it('is answered by a NOTIFY reply that dig can verify', async () => {
          const key = ['-y', `hmac-sha256:vendor-key:${SECRET}`];
          const where = ['@127.0.0.1', '-p', String(listen), '+opcode=NOTIFY', '+noedns'];
          const { stdout } = await run('dig', [...where, ...key, ZONE, 'SOA']);
          expect(stdout).to.match(/opcode: NOTIFY, status: NOERROR/);
          expect(stdout).to.match(/vendor-key\.\s+0\s+ANY\s+TSIG\s+hmac-sha256\. .* NOERROR 0/);
          expect(stdout).not.to.match(/could not be validated|verify/i);
        });

        it('gives nothing to another key: the last good copy stays, and the log says why', async () => {
          const before = server.program.stderr.length;
          server.site.configure(configuration(listen, primary.port, OTHER_SECRET));
          server.program.signal('SIGHUP');
          const said = await server.program.says(/BADSIG|BADKEY/, before);
          expect(said).to.match(/policy feed: rpz\.example\.: .*the last good copy stays in force/);
          expect(said).not.to.include(OTHER_SECRET);
          await primary.add('newer.example');
          await server.program.says(/reloaded/, before);
          expect(await ask(listen, 'newer.example')).not.to.equal(NXDOMAIN);
          expect(await ask(listen, 'new.example')).to.equal(NXDOMAIN);
        });

        it('may be gone: a restart has the last good copy from its file', async () => {
          await server.program.stop();
          await primary.program.stop();
          server.site.configure(configuration(listen, primary.port));
          server = await serve(server.site);
          expect(await ask(listen, 'new.example')).to.equal(NXDOMAIN);
          await server.program.says(/ECONNREFUSED.*the last good copy stays in force/);
        });

        it('has left a file that others can read', async () => {
          const file = server.site.path('feed.rpz');
          expect(readFileSync(file, 'utf8')).to.match(/^; zone rpz\.example\. serial 8 from /);
          const { stdout, code } = await run('named-checkzone', ['-i', 'none', ZONE, file]);
          expect({ stdout, code }).to.deep.include({ code: 0 });
          expect(stdout).to.match(/loaded serial 8/);
        });
      });
    }
  },
);

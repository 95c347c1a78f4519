import { mkdirSync, renameSync, unwatchFile, watchFile } from 'node:fs';
import { Writable } from 'node:stream';
import { expect } from 'chai';
import { pino } from 'pino';
import { askUdp } from '../world/client.ts';
import { Flag, message, question } from '../world/messages.ts';
import { COMMON, forwardTo, ServedSite } from '../world/served-site.ts';
import { answerTo, Upstream } from '../world/upstream.ts';

const NXDOMAIN = 3;
const REFUSED = 5;
const STRANGER = '127.0.0.2';

describe('server reload', () => {
  let site: ServedSite;
  let upstream: Upstream;
  beforeEach(async () => {
    site = new ServedSite();
    upstream = await Upstream.start();
  });
  afterEach(async () => {
    await site?.close();
    upstream?.close();
  });

  /** The rcode that a client gets. */
  async function rcode(from?: string, name = 'www.example.com'): Promise<number> {
    const octets = message({ id: 1, flags: Flag.RD, questions: [question(name)] });
    return (await askUdp(site.target(from), octets))[3]! & 0x0f;
  }

  function servers(group = 'default'): string[] {
    return site.server.serving.groups.get(group)!.upstreams.map(({ name }) => name);
  }

  it('takes over what has changed', async () => {
    await site.start(forwardTo(upstream.server));
    const before = site.server.serving.policy.hash;
    expect(await rcode(STRANGER)).to.equal(REFUSED);
    site.configure(forwardTo(upstream.server, '127.0.0.0/8: allow'));
    const result = await site.server.reload();
    expect(result).to.deep.equal({
      ok: true,
      policy: site.server.serving.policy.hash,
      problems: [],
      warnings: [],
    });
    expect(result.policy).to.not.equal(before);
    expect(await rcode(STRANGER)).to.equal(0);
    expect(site.records().map(({ policy }) => policy)).to.deep.equal([before, result.policy]);
  });

  it('keeps the policy when nothing has changed, and its answers', async () => {
    await site.start(forwardTo(upstream.server));
    await rcode();
    const before = site.server.serving.policy.hash;
    expect((await site.server.reload()).policy).to.equal(before);
    await rcode();
    expect(upstream.asked).to.have.lengthOf(1);
  });

  it('keeps the policy when the configuration is broken, and says why', async () => {
    await site.start(forwardTo(upstream.server));
    const before = site.server.serving;
    site.configure(`${forwardTo(upstream.server, '10.0.0.0/33: allow')}colour: red\n`);
    const { problems, ...result } = await site.server.reload();
    expect(result).to.deep.equal({ ok: false, policy: before.policy.hash, warnings: [] });
    expect(problems.map((text) => text.replace(`${site.folder}/`, ''))).to.satisfy(
      ([first, second]: string[]) =>
        /^site\.yaml:8:\d+: .*10\.0\.0\.0\/33.*; expect /.test(first!) &&
        /^site\.yaml:10:1: .*colour.*; expect /.test(second!),
    );
    expect(site.server.serving).to.equal(before);
    expect(await rcode()).to.equal(0);
    expect(await rcode(STRANGER)).to.equal(REFUSED);
  });

  it('keeps the policy when a policy zone has gone', async () => {
    const soa = '@ 60 IN SOA ns.example. admin.example. 1 3600 600 86400 60';
    site.write('house.rpz', `$ORIGIN rpz.example.\n${soa}\nbad.example 60 IN CNAME .\n`);
    await site.start(`${forwardTo(upstream.server)}policies: [{ name: house, rpz: house.rpz }]\n`);
    renameSync(site.path('house.rpz'), site.path('gone.rpz'));
    const { ok, problems } = await site.server.reload();
    expect(ok).to.equal(false);
    expect(problems[0]).to.match(/house\.rpz cannot be read: ENOENT/);
    expect(await rcode(undefined, 'bad.example')).to.equal(3);
  });

  it('takes over what changes in a list, and keeps it when the list is an error page', async () => {
    site.write('ads.txt', 'ads.example\n');
    await site.start(`${forwardTo(upstream.server)}policies: [{ name: ads, domains: ads.txt }]\n`);
    expect(await rcode(undefined, 'www.ads.example')).to.equal(3);
    site.write('ads.txt', 'ads.example\nbad line\nmore.example\n');
    const { ok, warnings } = await site.server.reload();
    expect(ok).to.equal(true);
    expect(warnings[0]).to.match(/ads\.txt:2: policy ads: 1 line ignored \(more than one word\)$/);
    expect(await rcode(undefined, 'more.example')).to.equal(3);
    site.write('ads.txt', '<html>\n<h1>404 Not found</h1>\n');
    const broken = await site.server.reload();
    expect(broken.ok).to.equal(false);
    expect(broken.problems[0]).to.match(/ads\.txt:1:1: no line can be used \(not a name\); expect/);
    expect(await rcode(undefined, 'more.example')).to.equal(3);
    expect(site.records().at(-1)!['rule']).to.include({ id: 'ads/more.example', line: 3 });
  });

  const restarts = [
    { key: 'listen', from: 'listen: ["127.0.0.1:0"]', to: 'listen: ["127.0.0.3:0"]' },
    { key: 'admin', from: '{ listen: "127.0.0.1:0" }', to: '{ listen: "127.0.0.3:0" }' },
    { key: 'threads', from: 'threads: 0', to: 'threads: 1' },
    { key: 'decisionLog.to', from: 'to: decisions.log', to: 'to: other.log' },
  ];
  for (const { key, from, to } of restarts) {
    it(`says that a change of ${key} takes a restart, and goes on as before`, async () => {
      site.configure(forwardTo(upstream.server));
      await site.start();
      site.configure(forwardTo(upstream.server, '127.0.0.0/8: allow'), COMMON.replace(from, to));
      const { ok, warnings } = await site.server.reload();
      expect(ok).to.equal(true);
      expect(warnings).to.deep.equal([`${key} has changed: that takes a restart`]);
      expect((await site.server.reload()).warnings).to.deep.equal(warnings);
      expect(await rcode(STRANGER)).to.equal(0);
    });
  }

  const watched = [
    {
      what: 'a list',
      section: (file: string) => `policies: [{ name: house, domains: ${file}, action: refuse }]\n`,
      line: 'worse.example',
      code: REFUSED,
    },
    {
      what: 'a file of local records',
      section: (file: string) => `localRecords: { files: [${file}] }\n`,
      line: '10.0.0.5 worse.example',
      code: 0,
    },
  ];
  for (const { what, section, line, code } of watched) {
    it(`happens by itself when ${what} that is watched has changed`, async () => {
      upstream.script = ({ octets }) => answerTo(octets, { rcode: NXDOMAIN });
      const file = site.path('watched.txt');
      site.write('watched.txt', '# nothing yet\n');
      await site.start(`${forwardTo(upstream.server)}${section(file)}watch: true\n`);
      expect(await rcode(undefined, 'worse.example')).to.equal(NXDOMAIN);
      const before = site.server.serving.policy.hash;
      site.write('watched.txt', `${line}\n`);
      const noted = () => {};
      watchFile(file, noted).emit('change');
      unwatchFile(file, noted);
      while (site.server.serving.policy.hash === before) await new Promise(setImmediate);
      expect(await rcode(undefined, 'worse.example')).to.equal(code);
    });
  }

  it('forgets the refusals of upstreams', async () => {
    upstream.script = ({ octets }) => answerTo(octets, { rcode: REFUSED });
    await site.start(forwardTo(upstream.server));
    expect([await rcode(), await rcode()]).to.deep.equal([REFUSED, REFUSED]);
    expect(site.records().map(({ origin }) => origin)).to.deep.equal(['upstream', 'cache']);
    upstream.script = ({ octets }) => answerTo(octets);
    await site.server.reload();
    expect(await rcode()).to.equal(0);
  });

  it('answers a query in flight that was asked before', async () => {
    upstream.script = () => undefined;
    await site.start(forwardTo(upstream.server));
    const asking = rcode();
    const [asked] = await upstream.questions(1);
    site.configure('upstreams: { other: { servers: ["127.0.0.1:9"] } }\n');
    expect((await site.server.reload()).ok).to.equal(true);
    asked!.reply(answerTo(asked!.octets));
    expect(await asking).to.equal(0);
  });

  it('goes on in a new decision log when the old one was moved away', async () => {
    await site.start(forwardTo(upstream.server));
    await rcode();
    renameSync(site.path('decisions.log'), site.path('decisions.log.1'));
    site.server.reopenLogs();
    await rcode();
    await rcode();
    expect(site.records('decisions.log.1')).to.have.lengthOf(1);
    expect(site.records()).to.have.lengthOf(2);
  });

  it('goes on in the old decision log when there can be no new one, and says so', async () => {
    let said = '';
    const stream = new Writable({
      write: (chunk, _encoding, done) => {
        said += chunk;
        done();
      },
    });
    mkdirSync(site.path('logs'));
    site.configure(forwardTo(upstream.server), COMMON.replace('to: ', 'to: logs/'));
    await site.start(undefined, pino({ base: null }, stream));
    renameSync(site.path('logs'), site.path('moved'));
    site.server.reopenLogs();
    expect(said).to.match(/"msg":"the decision log cannot be reopened: ENOENT/);
    await rcode();
    expect(site.records('moved/decisions.log')).to.have.lengthOf(1);
  });

  describe('server reload resolv.conf', () => {
    const config = 'upstreams: { default: { servers: [./resolv.conf] } }\n';

    it('is where the servers are', async () => {
      site.write('resolv.conf', `nameserver ${upstream.server}\n`);
      await site.start(config);
      expect(await rcode()).to.equal(0);
      expect(servers()).to.deep.equal([upstream.server]);
    });

    it('is read again when it changes', async () => {
      site.write('resolv.conf', 'nameserver 127.0.0.1:9\n');
      await site.start(config);
      site.write('resolv.conf', `nameserver ${upstream.server}\n`);
      // As when the system has noticed: the server has been watching the same file.
      const noted = () => {};
      watchFile(site.path('resolv.conf'), noted).emit('change');
      unwatchFile(site.path('resolv.conf'), noted);
      expect(servers()).to.deep.equal([upstream.server]);
      expect(await rcode()).to.equal(0);
    });

    it('may name this server itself, which is left out with a warning', async () => {
      site.write('resolv.conf', `nameserver ${upstream.server}\n`);
      await site.start(config);
      const own = `127.0.0.1:${site.target().port}`;
      site.write('resolv.conf', `nameserver ${own}\nnameserver ${upstream.server}\n`);
      expect((await site.server.reload()).warnings).to.deep.equal([
        `${site.path('resolv.conf')} names ${own}, which is this server itself`,
      ]);
      expect(servers()).to.deep.equal([upstream.server]);
      expect(await rcode()).to.equal(0);
    });

    it('may be gone: the server says so and answers SERVFAIL', async () => {
      await site.start(config);
      const [missing, nobody] = site.server.serving.warnings;
      expect(missing).to.match(/resolv\.conf cannot be read: ENOENT/);
      expect(nobody).to.equal('upstreams.default has no server to ask');
      expect(await rcode()).to.equal(2);
    });
  });
});

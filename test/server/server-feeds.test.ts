import { expect } from 'chai';
import { pino } from 'pino';
import { rule, ZONE } from '../policy/rpz/transfer/zones.ts';
import { ScriptedPrimary } from '../transfer/scripted-primary.ts';
import { askTcp, askUdp } from '../world/client.ts';
import { Flag, message, opt, question, TYPE } from '../world/messages.ts';
import { ServedSite } from '../world/served-site.ts';
import { SECRET, signed } from '../world/tsig.ts';
import { Upstream } from '../world/upstream.ts';

const NOTAUTH = 9;

describe('server feeds', () => {
  let site: ServedSite;
  let primary: ScriptedPrimary;
  let upstream: Upstream;
  let said: string;
  let wake: () => void;

  beforeEach(async () => {
    said = '';
    wake = () => {};
    site = new ServedSite();
    primary = await ScriptedPrimary.start();
    primary.records = [rule('bad.example')];
    upstream = await Upstream.start();
  });
  afterEach(async () => {
    await site?.close();
    primary?.close();
    upstream?.close();
  });

  function configure(feed = '', more = ''): string {
    const { server } = primary.upstream;
    return `acl: { query: { 127.0.0.3: allow } }
upstreams: { default: { servers: ["${upstream.server}"] } }
policies:
  - { name: feed, rpz: { zone: ${ZONE}, primaries: ["${server}"]${feed} } }
${more}`;
  }

  async function start(feed = '', more = ''): Promise<void> {
    const write = (line: string) => {
      said += line;
      wake();
    };
    await site.start(configure(feed, more), pino({ level: 'trace' }, { write }));
  }

  /** Waits until the log has this. */
  async function says(pattern: RegExp): Promise<void> {
    while (!pattern.test(said)) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  }

  /** What a permitted client is answered: the rcode, or more of it. */
  async function ask(owner: string): Promise<Buffer> {
    const questions = [question(owner)];
    const query = message({ id: 1, flags: Flag.RD, questions, additionals: [opt()] });
    return askUdp(site.target('127.0.0.3'), query);
  }

  const rcodeOf = (answer: Uint8Array) => answer[3]! & 0x0f;
  const notify = message({
    id: 9,
    opcode: 4,
    flags: Flag.AA,
    questions: [question(ZONE, TYPE.SOA)],
  });

  it('fails with EDE 14 while the zone has never been loaded, and says why it is not ready', async () => {
    primary.transfer = ({ send }) => send([], 5);
    await start();
    await says(/REFUSED/);
    const answer = await ask('www.example');
    expect(rcodeOf(answer)).to.equal(2);
    expect(answer.includes(Buffer.from([0, 14]))).to.equal(true);
    const { status, body } = await site.http('/readyz');
    expect(status).to.equal(503);
    const { ready, reasons } = JSON.parse(body);
    expect(ready).to.equal(false);
    expect(reasons).to.have.lengthOf(1);
    expect(reasons[0]).to.match(
      /^policy feed: rpz\.example\. has not been transferred yet: 127\.0\.0\.1:\d+: it answers REFUSED$/,
    );
    expect(site.records().at(-1)).to.deep.include({
      event: 'failed',
      layer: 'policy',
      rcode: 'SERVFAIL',
      ede: [14],
    });
  });

  it('lets queries pass meanwhile when whenMissing says so', async () => {
    primary.transfer = ({ hangUp }) => hangUp();
    await start(', whenMissing: pass');
    expect(rcodeOf(await ask('www.example'))).to.equal(0);
    expect((await site.http('/readyz')).status).to.equal(503);
  });

  it('judges by the zone as soon as it is there; rules name primary and serial', async () => {
    await start();
    await says(/serial 5 from .*policy=/s);
    expect(rcodeOf(await ask('bad.example'))).to.equal(3);
    expect((await site.http('/readyz')).status).to.equal(200);
    expect(site.records().at(-1)!['rule']).to.deep.equal({
      id: 'feed/bad.example',
      file: `${primary.upstream.server}#5`,
      line: 0,
      implicit: false,
    });
    const { policies } = await site.json('/api/policy');
    expect(policies[0]).to.deep.include({ name: 'feed', serial: 5, rules: 1 });
    expect(policies[0].transfer).to.include({ zone: 'rpz.example.', standing: 'loaded' });
    const { body: metrics } = await site.http('/metrics');
    expect(metrics).to.include('rcode5_policy_zone_serial{policy="feed"} 5\n');
    expect(metrics).to.include('rcode5_policy_zone_rules{policy="feed"} 1\n');
    expect(metrics).to.include('rcode5_policy_zone_loaded{policy="feed"} 1\n');
    expect(metrics).to.include('rcode5_policy_transfers_total{policy="feed",result="ok"} 1\n');
    expect(metrics).to.match(/rcode5_policy_zone_age_seconds\{policy="feed"\} \d\.\d+/);
  });

  for (const [way, send] of [
    ['UDP', askUdp],
    ['TCP', askTcp],
  ] as const) {
    it(`follows a NOTIFY of the primary by ${way}, whom no access list permits anything`, async () => {
      await start();
      await says(/serial 5 from/);
      primary.serial = 6;
      primary.records = [rule('worse.example')];
      const reply = await send(site.target(), notify);
      expect([...reply.subarray(0, 4)]).to.deep.equal([0, 9, 0xa0, 0]);
      await says(/serial 6 from .*policy=/s);
      expect(rcodeOf(await ask('worse.example'))).to.equal(3);
      expect(rcodeOf(await ask('bad.example'))).to.equal(0);
    });
  }

  const strangers: readonly (readonly [string, string, Uint8Array])[] = [
    ['somebody else', '127.0.0.2', notify],
    [
      'the primary for another zone',
      '127.0.0.1',
      message({ opcode: 4, questions: [question('x', TYPE.SOA)] }),
    ],
    [
      'the primary for another type',
      '127.0.0.1',
      message({ opcode: 4, questions: [question(ZONE, TYPE.A)] }),
    ],
  ];
  for (const [who, from, octets] of strangers) {
    it(`refuses NOTIFY of ${who}`, async () => {
      await start();
      await says(/serial 5 from/);
      expect(rcodeOf(await askUdp(site.target(from), octets))).to.equal(5);
      expect(primary.asked).to.deep.equal(['252 tcp']);
    });
  }

  describe('with a key', () => {
    const secret = Buffer.from(SECRET).toString('base64');
    const keys = `tsigKeys: { vendor-key: { secret: "${secret}" } }`;
    const now = () => Math.floor(Date.now() / 1000);

    it('signs the reply to a NOTIFY that is signed', async () => {
      await start(', whenMissing: pass', keys);
      const { octets, mac } = signed(notify, { time: now() });
      const reply = await askUdp(site.target(), octets);
      expect(rcodeOf(reply)).to.equal(0);
      const plain = message({ id: 9, opcode: 4, flags: Flag.QR, questions: [question(ZONE, 6)] });
      const expected = [0, 1].map((late) => {
        return Buffer.from(signed(plain, { time: now() - late, prior: mac }).octets).toString(
          'hex',
        );
      });
      expect(reply.toString('hex')).to.be.oneOf(expected);
    });

    it('does not follow a NOTIFY whose signature is wrong', async () => {
      await start(', whenMissing: pass', keys);
      await says(/serial 5 from/);
      primary.serial = 6;
      const { octets } = signed(notify, { time: now(), secret: SECRET.toReversed() });
      expect(rcodeOf(await askUdp(site.target(), octets))).to.equal(NOTAUTH);
      expect(site.records().at(-1)).to.deep.include({ layer: 'notify', rcode: 'NOTAUTH' });
      expect(primary.asked).to.deep.equal(['252 tcp']);
    });

    it('shows its secret nowhere', async () => {
      await start(', tsig: vendor-key', keys);
      await says(/it is not signed/);
      const shown = [
        said,
        (await site.http('/api/policy')).body,
        (await site.http('/readyz')).body,
      ];
      for (const text of shown) {
        expect(text).to.include('vendor-key');
        expect(text).not.to.include(secret);
      }
    });
  });

  it('keeps the copy over a reload, also one that reads the zone in another way', async () => {
    await start();
    await says(/serial 5 from/);
    primary.close();
    expect((await site.server.reload()).ok).to.equal(true);
    expect(rcodeOf(await ask('bad.example'))).to.equal(3);
    site.configure(configure().replace('name: feed,', 'name: feed, override: refuse,'));
    expect((await site.server.reload()).ok).to.equal(true);
    expect(rcodeOf(await ask('bad.example'))).to.equal(5);
  });

  it('forgets a zone that is no longer configured', async () => {
    await start();
    await says(/serial 5 from .*policy=/s);
    site.configure(configure().replace(/policies:\n.*\n/, ''));
    expect((await site.server.reload()).ok).to.equal(true);
    expect(rcodeOf(await ask('bad.example'))).to.equal(0);
    expect(rcodeOf(await askUdp(site.target(), notify))).to.equal(5);
    expect((await site.json('/api/policy')).policies).to.deep.equal([]);
  });

  it('is not held up by an assertion about what has not been transferred yet', async () => {
    primary.transfer = ({ hangUp }) => hangUp();
    const assertion =
      '- { name: www, client: 127.0.0.3, query: www.example, expect: { action: forward } }\n';
    site.write('assertions.yaml', assertion);
    await start('', 'assertions: [assertions.yaml]');
    expect(rcodeOf(await ask('www.example'))).to.equal(2);
    primary.transfer = undefined;
    primary.records = [rule('www.example')];
    await askUdp(site.target(), notify);
    await says(/serial 5 from .*policy=/s);
    const { ok, problems } = await site.server.reload();
    expect(ok).to.equal(false);
    expect(problems.join()).to.include('www');
  });

  it('takes up the last good copy at a start without a primary', async () => {
    await start(', cacheFile: var/feed.rpz');
    await says(/serial 5 from/);
    await site.stop();
    primary.close();
    await start(', cacheFile: var/feed.rpz');
    expect(rcodeOf(await ask('bad.example'))).to.equal(3);
    expect((await site.http('/readyz')).status).to.equal(200);
  });
});

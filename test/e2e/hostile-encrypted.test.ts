import { connect } from 'node:net';
import { expect } from 'chai';
import { mutate } from '../fuzz/mutate.ts';
import { Random } from '../fuzz/random.ts';
import { frame as httpFrame, PREFACE, post, QUERY, Type } from '../transport/http2/spoken.ts';
import { answerTo, type Question, Upstream } from '../world/upstream.ts';
import { type Encrypted, LISTEN, serveEncrypted } from './encrypted.ts';
import { byTls, Hostile } from './hostile.ts';
import { askAll, say } from './hostile-https.ts';
import { cleanUp, describeWith, run } from './processes.ts';
import { Site, scrape, sumOf } from './rcode5.ts';
import { ask } from './sockets.ts';

/** Messages by each transport; `npm run hostile` sends many more. */
const MESSAGES = Math.min(Number(process.env['RCODE5_HOSTILE'] ?? 800), 20_000);
const SEED = Number(process.env['RCODE5_HOSTILE_SEED'] ?? 1);
const OF_CONNECTION = 20;
const AT_A_TIME = 8;
const NOERROR = 0;

const HTTP1 = Buffer.from(
  `POST /dns-query HTTP/1.1\r\nHost: a\r\nContent-Type: application/dns-message\r\nContent-Length: 12\r\n\r\n${QUERY.toString('latin1')}`,
  'latin1',
);
const HTTP2 = Buffer.concat([
  PREFACE,
  httpFrame(Type.SETTINGS, 0, 0, Buffer.alloc(0)),
  post(1, QUERY),
  post(3, QUERY.subarray(0, 4), QUERY.subarray(4)),
  httpFrame(Type.PING, 0, 0, Buffer.alloc(8)),
]);
/** Beginnings of connections to what expects TLS. */
const NO_TLS = [
  HTTP1,
  Buffer.from([0, 12, ...QUERY]),
  Buffer.alloc(300, 0x16),
  Buffer.from([0x16, 3, 1, 0, 200, 1, 0, 0, 196, 3, 3, ...Buffer.alloc(194, 1)]),
];

describeWith(['openssl'], `e2e: ${MESSAGES} hostile messages by TLS, and by HTTPS`, function () {
  this.timeout(60_000 + MESSAGES * 30);
  const random = new Random(SEED);
  let upstream: Upstream;
  let world: Encrypted;

  function script({ octets, name }: Question): Uint8Array | undefined {
    const answer = answerTo(octets);
    if (name.endsWith('.good.')) return answer;
    return random.oneIn(4) ? mutate(answer, random, { other: octets }) : answer;
  }

  before(async () => {
    upstream = await Upstream.start(script);
    world = await serveEncrypted(
      new Site(`${LISTEN}acl: { query: { 127.0.0.0/8: allow } }
upstreams: { default: { servers: ["${upstream.server}"], timeout: 300ms, attempts: 1 } }
policies: [{ name: house, rules: { "*.refused.example": refuse } }]
decisionLog: { to: decisions.log, record: all }
`),
    );
  });
  after(() => {
    upstream?.close();
    return cleanUp();
  });

  let good = 0;
  /** Nobody else is harmed. */
  async function expectGood(): Promise<void> {
    const { server } = world;
    for (const transport of ['udp', 'tcp'] as const) {
      expect(await ask(server.port, `q${++good}.good`, { transport })).to.equal(NOERROR);
    }
    expect(server.program.stderr).to.not.match(/"level":(50|60)/);
    expect(await sumOf(server, 'rcode5_thread_restarts_total')).to.equal(0);
  }

  async function sumBy(metric: string): Promise<Record<string, number>> {
    const samples = await scrape(world.server, metric);
    return Object.fromEntries(
      samples.map(({ labels, value }) => [/reason="([^"]+)"/.exec(labels)![1]!, value]),
    );
  }

  async function atATime(times: number, act: () => Promise<void>): Promise<void> {
    let left = times;
    const client = async () => {
      while (left-- > 0) await act();
    };
    await Promise.all(Array.from({ length: AT_A_TIME }, client));
  }

  it('are answered by TLS as they are by TCP', async () => {
    const hostile = new Hostile(world.dot, random, byTls);
    await atATime(MESSAGES / OF_CONNECTION, () => hostile.connection(OF_CONNECTION));
    expect(hostile.faults).to.deep.equal([]);
    expect(hostile.answers).to.be.above(MESSAGES / 4);
    await expectGood();
  });

  it('are answered by HTTPS with a status, or with what TCP would give', async () => {
    const hostile = new Hostile(world.doh, random);
    const edges = [Buffer.alloc(1), Buffer.alloc(65_535, 1), Buffer.alloc(0), Buffer.alloc(11)];
    let answers = 0;
    await atATime(MESSAGES / OF_CONNECTION, async () => {
      const messages = Array.from({ length: OF_CONNECTION }, () => hostile.message());
      const told = await askAll(world.doh, [...messages, ...edges]);
      expect(told.faults).to.deep.equal([]);
      answers += told.statuses.get(200) ?? 0;
    });
    expect(answers).to.be.above(MESSAGES / 4);
    expect((await sumBy('rcode5_http_request_failures_total'))['bad-request']).to.be.above(0);
    await expectGood();
  });

  for (const [protocol, octets] of [
    ['h2', HTTP2],
    ['http/1.1', HTTP1],
  ] as const) {
    it(`harm nobody when they are broken ${protocol}, and are counted`, async () => {
      const before = await sumOf(world.server, 'rcode5_http_request_failures_total');
      let after = before;
      // Who hangs up may be gone before the server has read it: then once more.
      for (let times = 0; times < 5 && after === before; times++) {
        await atATime(MESSAGES / OF_CONNECTION, () => say(world.doh, octets, { protocol, random }));
        after = await sumOf(world.server, 'rcode5_http_request_failures_total');
      }
      expect(after).to.be.above(before);
      await expectGood();
    });
  }

  it('harm nobody when they are no TLS, and each is counted', async () => {
    const sum = () => sumOf(world.server, 'rcode5_tls_handshake_failures_total');
    const before = await sum();
    let count = 0;
    await atATime(NO_TLS.length * 4, async () => {
      const octets = NO_TLS[count++ % NO_TLS.length]!;
      const port = count % 2 === 0 ? world.dot : world.doh;
      const socket = connect({ port, host: '127.0.0.1' }).on('error', () => {});
      socket.resume().end(octets);
      await new Promise((resolve) => socket.on('close', resolve));
    });
    expect(await sum()).to.equal(before + NO_TLS.length * 4);
    await expectGood();
  });

  it('harm nobody when they are TLS where none is expected', async () => {
    const { below, socket } = byTls(world.server.port);
    socket.on('error', () => {});
    below.setTimeout(1000, () => below.destroy());
    await new Promise((resolve) => below.on('close', resolve));
    await expectGood();
  });

  it('get no second handshake, and no early data', async () => {
    const at = ['s_client', '-connect', `127.0.0.1:${world.dot}`];
    const renegotiated = await run('sh', [
      '-c',
      `(sleep 0.3; echo R; sleep 0.3) | openssl ${at.join(' ')} -tls1_2`,
    ]);
    expect(renegotiated.stdout + renegotiated.stderr).to.match(/no renegotiation/i);
    const session = world.server.site.path('session.pem');
    await run('sh', ['-c', `(sleep 0.3) | openssl ${at.join(' ')} -tls1_3 -sess_out ${session}`]);
    const early = world.server.site.path('early');
    world.server.site.write('early', `\0\x0c${QUERY.toString('latin1')}`);
    const { stdout } = await run('sh', [
      '-c',
      `(sleep 0.3) | openssl ${at.join(' ')} -tls1_3 -sess_in ${session} -early_data ${early}`,
    ]);
    expect(stdout).to.not.match(/Early data was accepted/);
    await expectGood();
  });

  it('leave as many records of refusals as were counted', async () => {
    const refused = () =>
      world.server.site.records().filter(({ event }) => event === 'refused').length;
    expect(await sumOf(world.server, 'rcode5_refused_total')).to.equal(refused());
    await world.server.program.stop();
    expect(await world.server.program.ended).to.deep.equal({ code: 0, signal: null });
  });
});

import { execFileSync } from 'node:child_process';
import { createReadStream, existsSync } from 'node:fs';
import { expect } from 'chai';
import { VERSION } from '../../src/version.ts';
import { askUdp } from '../world/client.ts';
import { Flag, message, question } from '../world/messages.ts';
import { OtlpReceiver } from '../world/otlp-receiver.ts';
import { COMMON, ServedSite } from '../world/served-site.ts';

const STRANGER = '127.0.0.2';
const UPSTREAMS = 'upstreams: { default: { servers: ["127.0.0.1:1"] } }';

describe('server with OTLP', () => {
  let receiver: OtlpReceiver;
  let site: ServedSite;
  beforeEach(async () => {
    receiver = await OtlpReceiver.start();
    site = new ServedSite();
    site.environment = { TOKEN: 'a-token' };
  });
  afterEach(async () => {
    await site.close();
    await receiver.close();
  });

  /** As an endpoint: the path is added. */
  const endpoint = () => receiver.url.replace('/v1/logs', '');

  async function ask(times: number): Promise<void> {
    for (let id = 1; id <= times; id++) {
      const octets = message({ id, flags: Flag.RD, questions: [question('www.example.com')] });
      await askUdp(site.target(STRANGER), octets);
    }
  }

  it('sends each record of its log, the last of them as it stops, and counts them', async () => {
    const to = `{ url: "${endpoint()}", headers: { X-Token: "\${TOKEN}" } }`;
    site.configure(UPSTREAMS, COMMON.replace('record: all', `record: all, otlp: ${to}`));
    await site.start();
    await ask(5);
    const written = site.records();
    const metrics = (await site.http('/metrics')).body;
    expect(metrics).to.match(/^rcode5_otlp_waiting_bytes \d+$/m);
    expect(metrics).to.match(/^rcode5_sink_records_total\{sink="otlp"\} \d$/m);
    await site.stop();
    expect(written).to.have.length(5);
    const refs = receiver.logs.map(({ attributes }) => attributes['rcode5.ref']);
    expect(refs.sort()).to.deep.equal(written.map(({ ref }) => ref).sort());
    const [{ resource, attributes, body }] = receiver.logs as [(typeof receiver.logs)[number]];
    expect(resource).to.include({ 'service.version': VERSION, 'service.instance.id': 'ns1.test' });
    expect(attributes).to.include({
      'client.address': STRANGER,
      'dns.question.name': 'www.example.com.',
      'network.transport': 'udp',
      'server.address': '127.0.0.1',
      'rcode5.rcode': 'SERVFAIL',
    });
    expect(body).to.equal((written[0] as unknown as { readonly msg: string }).msg);
    expect(receiver.headers[0]).to.include({ 'x-token': 'a-token' });
    expect(existsSync(site.path('decisions.log.otlp'))).to.equal(true);
  });

  it('sends what waits in memory where the log is a pipe', async () => {
    execFileSync('mkfifo', [site.path('pipe')]);
    const reader = createReadStream(site.path('pipe')).resume();
    site.configure(
      UPSTREAMS,
      COMMON.replace(
        /decisionLog: .*/,
        `decisionLog: { to: pipe, otlp: { url: "${endpoint()}" } }`,
      ),
    );
    await site.start();
    await ask(1);
    await site.stop();
    reader.destroy();
    expect(receiver.logs.map(({ event }) => event)).to.deep.equal(['rcode5.failed']);
  });
});

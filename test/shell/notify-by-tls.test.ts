import { once } from 'node:events';
import { connect } from 'node:http2';
import { buffer } from 'node:stream/consumers';
import { expect } from 'chai';
import { describeWith } from '../e2e/processes.ts';
import { writeCertificate } from '../world/certificates.ts';
import { Stream } from '../world/client.ts';
import { message, octets, question, record, TO_QUESTION, TYPE, uint32 } from '../world/messages.ts';
import { outline } from '../world/reply-check.ts';
import { ServedSite } from '../world/served-site.ts';
import { answerTo, Upstream } from '../world/upstream.ts';

const NOTIFY = 4 << 11;
const ZONE = 'feed.example';
const NOERROR = 0;
const REFUSED = 5;

/** The SOA of the zone: a serial, and times that are over when nobody is here any more. */
const soaOf = (serial: number) =>
  record(
    TO_QUESTION,
    TYPE.SOA,
    octets([0, 0], ...[serial, 86_400, 86_400, 604_800, 60].map(uint32)),
  );

describeWith(['openssl'], 'shell, NOTIFY by TLS and HTTPS', () => {
  let site: ServedSite;
  let primary: Upstream;

  before(async () => {
    site = new ServedSite();
    writeCertificate(site.folder, 'dns', { names: ['dns.example'] });
    // A zone that has nothing in it but its SOA.
    primary = await Upstream.start(({ octets: asked, transport }) =>
      answerTo(asked, { answers: transport === 'tcp' ? [soaOf(1), soaOf(1)] : [soaOf(1)] }),
    );
    const certificate = '{ certificate: dns.pem, key: dns.key }';
    site.configure(
      `policies: [{ name: feed, rpz: { zone: ${ZONE}, primaries: ["${primary.server}"] } }]
acl: { query: { 127.0.0.0/8: allow } }
upstreams: { default: { servers: ["127.0.0.1:9"] } }
`,
      `node: ns1.test
threads: 0
listen:
  - { address: "127.0.0.1:0", tls: ${certificate} }
  - { address: "127.0.0.1:0", https: ${certificate} }
admin: { listen: "127.0.0.1:0" }
decisionLog: { to: decisions.log, record: all }
`,
    );
    await site.start();
  });
  after(async () => {
    await site.close();
    primary.close();
  });

  const notify = message({ flags: NOTIFY, questions: [question(ZONE, TYPE.SOA)] });

  async function byTls(from: string): Promise<Buffer> {
    const { address, port } = site.server.endpoints[0]!;
    const stream = await Stream.secure({ address, port, from });
    stream.ask(notify);
    const answer = await stream.next();
    stream.close();
    return answer;
  }

  async function byHttps(from: string): Promise<Buffer> {
    const { port } = site.server.endpoints[1]!;
    const at = { rejectUnauthorized: false, localAddress: from };
    const session = connect(`https://127.0.0.1:${port}`, at);
    await once(session, 'connect');
    const type = { 'content-type': 'application/dns-message' };
    const stream = session.request({ ':method': 'POST', ':path': '/dns-query', ...type });
    stream.end(notify);
    const answer = await buffer(stream);
    session.close();
    return answer;
  }

  for (const [transport, ask] of [
    ['dot', byTls],
    ['doh', byHttps],
  ] as const) {
    it(`is taken from the primary by ${transport}, which is asked at once`, async () => {
      const before = primary.asked.length;
      const asked = primary.questions(before + 1);
      expect(outline(await ask('127.0.0.1')).rcode).to.equal(NOERROR);
      expect((await asked).at(-1)!.name).to.equal(`${ZONE}.`);
      const accepted = site.records().at(-1)!;
      expect(accepted).to.include({ layer: 'notify', action: 'accept', transport });
    });

    it(`is refused by ${transport} from anybody else, with the record of it`, async () => {
      const before = primary.asked.length;
      expect(outline(await ask('127.0.0.9')).rcode).to.equal(REFUSED);
      expect(site.records().at(-1)!).to.include({ event: 'refused', layer: 'notify', transport });
      expect(primary.asked).to.have.lengthOf(before);
    });
  }
});

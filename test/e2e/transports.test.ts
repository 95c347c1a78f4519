import { existsSync, readFileSync } from 'node:fs';
import { expect } from 'chai';
import { writeCertificate } from '../world/certificates.ts';
import { readFrames } from '../world/frame-streams.ts';
import { type Fields, readProtobuf } from '../world/protobuf.ts';
import { kdig } from './dig.ts';
import { cleanUp, describeWith, Program } from './processes.ts';
import { type Rcode5, Site, scrape, serve, spawnRcode5, sumOf } from './rcode5.ts';

const PAIR = 'certificate: a.pem, key: a.key';
const SITE = `listen:
  - 127.0.0.1:0
  - { address: "127.0.0.1:0", tls: { ${PAIR} } }
  - { address: "127.0.0.1:0", https: { ${PAIR} } }
clientGroups: { guests: [127.0.0.0/8] }
acl: { query: { guests: { action: allow, transports: [dot] } } }
decisionLog: { to: decisions.log, record: all, dnstap: { to: ./dnstap.sock } }
localRecords: { nas.home.arpa: 10.0.0.5 }
`;

/** `SocketProtocol` of dnstap.proto. */
const WAYS = [
  { transport: 'udp', args: [], protocol: 1 },
  { transport: 'tcp', args: ['+tcp'], protocol: 2 },
  { transport: 'dot', args: ['+tls'], protocol: 3 },
  { transport: 'doh', args: ['+https'], protocol: 4 },
] as const;

describeWith(['openssl', 'kdig', 'fstrm_capture'], 'e2e: guests by TLS alone', () => {
  let site: Site;
  let server: Rcode5;
  let ports: Readonly<Record<string, number>>;
  let tapped: readonly Fields[];

  before(async () => {
    site = new Site(SITE);
    writeCertificate(site.folder, 'a');
    const socket = site.path('dnstap.sock');
    const file = site.path('out.fstrm');
    const args = ['-t', 'protobuf:dnstap.Dnstap', '-u', socket, '-w', file];
    const capture = new Program('fstrm_capture', args);
    await capture.until('socket', () => existsSync(socket) || undefined);
    server = await serve(site);
    const said = await server.program.says(/dnstap: records are sent/);
    const portOf = (words: string) => Number(new RegExp(`:(\\d+) by ${words}`).exec(said)![1]);
    const [dot, doh] = [portOf('DNS over TLS'), portOf('DNS over HTTPS')];
    ports = { udp: server.port, tcp: server.port, dot, doh };
    for (const { transport, args } of WAYS) {
      const shown = await kdig(ports[transport]!, ...args, 'nas.home.arpa');
      expect(shown.status, transport).to.equal(transport === 'dot' ? 'NOERROR' : 'REFUSED');
    }
    await server.program.until('four payloads', async () => {
      return (await sumOf(server, 'rcode5_sink_records_total')) === 4 || undefined;
    });
    await capture.stop();
    tapped = readFrames(readFileSync(file)).map((frame) => {
      return readProtobuf(readProtobuf(frame).get(14) as Buffer);
    });
  });
  after(cleanUp);

  for (const { transport, protocol } of WAYS) {
    it(`has ${transport} in the record, with the way that would do`, () => {
      const [record, ...more] = site.records().filter((one) => one.transport === transport);
      expect(more).to.deep.equal([]);
      if (transport === 'dot') expect(record).to.include({ event: 'answered', layer: 'local' });
      else {
        expect(record).to.include({ event: 'refused', layer: 'acl', group: 'guests' });
        const line = site.lineOf('acl:');
        expect(record!.hint).to.equal(`allowed by dot: acl.query guests at ${site.config}:${line}`);
      }
    });

    it(`has ${transport} in metrics and dnstap`, async () => {
      const queries = await scrape(server, 'rcode5_queries_total');
      expect(queries).to.deep.include({ labels: `transport="${transport}"`, value: 1 });
      const responses = await scrape(server, 'rcode5_responses_total');
      const own = responses.filter(({ labels }) => labels.includes(`transport="${transport}"`));
      expect(own.map(({ value }) => value)).to.deep.equal([1]);
      expect(tapped.filter((payload) => payload.get(3) === protocol)).to.have.length(1);
    });

    it(`explains what becomes of a question by ${transport}`, async () => {
      const asked = ['--client', '127.0.0.1', '--name', 'nas.home.arpa', '--transport', transport];
      const program = spawnRcode5(['explain', '-c', site.config, ...asked, '--json']);
      await program.ended;
      const { decision } = JSON.parse(program.stdout);
      expect(decision).to.include({ transport, layer: transport === 'dot' ? 'local' : 'acl' });
    });
  }

  it('compares, asserts and replays by transport', async () => {
    const before = readFileSync(site.config, 'utf8');
    site.write('after.yaml', before.replace('[dot]', '[dot, doh]'));
    const diff = spawnRcode5(['diff', site.config, site.path('after.yaml'), '--json']);
    await diff.ended;
    const { changes } = JSON.parse(diff.stdout);
    const ways = changes.map((one: { transport: string }) => one.transport);
    expect([...new Set(ways)]).to.deep.equal(['doh']);
    const question = 'client: 127.0.0.1, query: nas.home.arpa';
    const lines = WAYS.map(({ transport }) => {
      const layer = transport === 'dot' ? 'local' : 'acl';
      return `- { name: ${transport}, ${question}, transport: ${transport}, expect: { layer: ${layer} } }\n`;
    });
    site.write('assertions.yaml', lines.join(''));
    const test = spawnRcode5(['test', '-c', site.config, site.path('assertions.yaml')]);
    expect((await test.ended).code, test.stdout).to.equal(0);
  });
});

import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { expect } from 'chai';
import { readFrames } from '../world/frame-streams.ts';
import { OtlpReceiver } from '../world/otlp-receiver.ts';
import { readProtobuf } from '../world/protobuf.ts';
import { cleanUp, describeWith, Program, run } from './processes.ts';
import { type Rcode5, Site, serve, sumOf } from './rcode5.ts';
import { ask } from './sockets.ts';

const NXDOMAIN = 3;
const REFUSED = 5;

describeWith(['fstrm_capture', 'dnstap-ldns'], 'e2e: dnstap', () => {
  let site: Site;
  let server: Rcode5;
  let payloads: ReturnType<typeof readProtobuf>[];
  let shown: string;

  before(async () => {
    site = new Site(`threads: 1
acl: { query: { 127.0.1.0/24: refuse, 127.0.0.0/8: allow } }
policies: [{ name: house, rules: { "*.bad.example": nxdomain } }]
decisionLog: { to: decisions.log, dnstap: { to: ./dnstap.sock } }
`);
    const file = site.path('out.fstrm');
    const socket = site.path('dnstap.sock');
    const args = ['-t', 'protobuf:dnstap.Dnstap', '-u', socket, '-w', file];
    const capture = new Program('fstrm_capture', args);
    await capture.until('socket', () => existsSync(socket) || undefined);
    server = await serve(site);
    await server.program.says(/dnstap: records are sent/);
    const { port } = server;
    expect(await ask(port, 'www.example.org', { source: '127.0.1.1' })).to.equal(REFUSED);
    const byTcp = { source: '127.0.1.1', transport: 'tcp' } as const;
    expect(await ask(port, 'www.example.net', byTcp)).to.equal(REFUSED);
    expect(await ask(port, 'a.bad.example')).to.equal(NXDOMAIN);
    await server.program.until('three payloads', async () => {
      return (await sumOf(server, 'rcode5_sink_records_total')) === 3 || undefined;
    });
    expect(await sumOf(server, 'rcode5_sink_drops_total')).to.equal(0);
    await server.program.stop();
    await capture.stop();
    payloads = readFrames(readFileSync(file)).map(readProtobuf);
    shown = (await run('dnstap-ldns', ['-q', '-r', file])).stdout;
  });
  after(cleanUp);

  it('reads as responses to clients', () => {
    const lines = shown.trimEnd().split('\n').sort();
    // Without the time before it, and the number of octets.
    const told = lines.map((line) => line.replace(/^\S+ \S+ /, '').replace(/ \d+b /, ' '));
    expect(told).to.deep.equal([
      'CR 127.0.1.1 UDP "www.example.org." IN A',
      'CR 127.0.1.1 TCP "www.example.net." IN A',
      'CR 127.0.0.1 UDP "a.bad.example." IN A',
    ]);
  });

  it('has the policy that decided, and the record as it is in the log', () => {
    const extras = payloads.map((payload) => `${payload.get(3)}\n`);
    expect(extras.sort().join('')).to.equal(
      readFileSync(site.log, 'utf8')
        .split(/(?<=\n)/)
        .sort()
        .join(''),
    );
    const policies = payloads.map((payload) => {
      const policy = readProtobuf(readProtobuf(payload.get(14) as Buffer).get(15) as Buffer);
      return [1, 2].map((field) => String(policy.get(field)));
    });
    expect(policies.sort()).to.deep.equal([
      ['ACL', 'acl.query 127.0.1.0/24'],
      ['ACL', 'acl.query 127.0.1.0/24'],
      ['RPZ', '\u0001*\u0003bad\u0007example\u0000'],
    ]);
  });
});

describe('e2e: syslog', () => {
  after(cleanUp);

  it('gets each record as a message, also the summaries', async () => {
    const receiver = createSocket('udp4');
    receiver.bind(0, '127.0.0.1');
    await once(receiver, 'listening');
    const messages: string[] = [];
    receiver.on('message', (message) => messages.push(String(message)));
    const site = new Site(`threads: 0
node: ns1
acl: { query: { 127.0.1.0/24: refuse } }
decisionLog:
  to: decisions.log
  limit: { perSecond: 1 }
  syslog: { to: "udp://127.0.0.1:${receiver.address().port}", facility: local3 }
`);
    const { port, program } = await serve(site);
    for (let i = 0; i < 20; i++) await ask(port, 'www.example.org', { source: '127.0.1.1' });
    program.signal('SIGTERM');
    await program.ended;
    const lines = readFileSync(site.log, 'utf8').trimEnd().split('\n');
    await program.until('all messages', () => messages.length === lines.length || undefined);
    receiver.close();
    const [first = ''] = messages;
    expect(first).to.match(/^<156>1 \S+Z ns1 rcode5 \d+ refused - \{"level":40,/);
    expect(messages.some((message) => / summary - /.test(message))).to.equal(true);
    expect(messages.map((message) => message.slice(message.indexOf('{')))).to.deep.equal(lines);
  });
});

describe('e2e: receivers of records that are not there', () => {
  after(cleanUp);

  it('hold up no answer; the log says that they are missing', async () => {
    const site = new Site(`acl: { query: { 127.0.1.0/24: refuse } }
decisionLog: { to: decisions.log, dnstap: { to: ./a.sock }, syslog: { to: ./b.sock } }
`);
    const { program, port } = await serve(site);
    await program.says(/dnstap: records are not sent: connect ENOENT/);
    await program.says(/syslog: records are not sent: connect .*b\.sock: ENOENT/);
    for (let i = 0; i < 50; i++) {
      expect(await ask(port, 'www.example.org', { source: '127.0.1.1' })).to.equal(REFUSED);
    }
    expect(site.records()).to.have.length(50);
    program.signal('SIGTERM');
    expect(await program.ended).to.deep.equal({ code: 0, signal: null });
  });
});

describe('e2e: OTLP', () => {
  let receiver: OtlpReceiver;
  before(async () => {
    receiver = await OtlpReceiver.start();
  });
  after(async () => {
    await receiver.close();
    await cleanUp();
  });

  it('has the last record when the process has ended, as it should', async () => {
    const site = new Site(`acl: { query: { 127.0.0.1: refuse } }
decisionLog: { to: decisions.log, otlp: { url: "${receiver.url}", compression: gzip } }
`);
    const server = await serve(site);
    expect(await ask(server.port, 'www.example.org')).to.equal(REFUSED);
    await server.program.stop();
    expect(await server.program.ended).to.deep.equal({ code: 0, signal: null });
    const sent = receiver.logs.map(({ attributes }) => attributes['rcode5.ref']);
    expect(sent).to.deep.equal(site.records().map(({ ref }) => ref));
  });
});

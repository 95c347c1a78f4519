import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import { expect } from 'chai';
import { askUdp } from '../world/client.ts';
import { elapsed, few } from '../world/control.ts';
import { Flag, message, question } from '../world/messages.ts';
import { type Peer, startNsd } from './peers.ts';
import { cleanUp, describeWith } from './processes.ts';
import { type Rcode5, Site, scrape, serve } from './rcode5.ts';

const ZONE = `$TTL 300
@ SOA ns hostmaster 1 3600 600 86400 60
@ NS ns
ns A 192.0.2.53
*.www A 192.0.2.80
`;
/** Queries that may wait for upstreams: see the limits in docs/operations.md. */
const IN_FLIGHT = 8192;
/** Queries of the load: more than may wait. */
const LOAD = 12_000;
/** Queries that leave in one turn of the event loop. */
const BURST = 100;
const RECOVERY_MS = 2000;
const NEXT_MS = 100;

const RCODES = { NOERROR: 0, SERVFAIL: 2, REFUSED: 5 } as const;

describeWith(['nsd'], 'e2e: the only upstream frozen', () => {
  let upstream: Peer;
  let server: Rcode5;
  let socket: Socket;
  let count = 0;
  /** Answers to the load, by rcode. */
  const answers = new Map<number, number>();

  before(async () => {
    upstream = await startNsd('example.com', ZONE);
    server = await serve(
      new Site(`threads: 1
upstreams: { default: { servers: ["127.0.0.1:${upstream.port}"], timeout: 2s, attempts: 2 } }
policies: [{ name: house, rules: { "*.refused.example.com": refuse } }]
`),
    );
    socket = createSocket('udp4');
    socket.connect(server.port, '127.0.0.1');
    await once(socket, 'connect');
    socket.on('message', (answer) => {
      const rcode = answer[3]! & 0x0f;
      answers.set(rcode, (answers.get(rcode) ?? 0) + 1);
    });
  });
  // A frozen program cannot end.
  after(() => upstream?.program.signalAll('SIGCONT'));
  after(() => socket?.close());
  after(cleanUp);

  const query = (domain: string) => {
    const name = `n${++count}.${domain}.example.com`;
    return message({ id: count & 0xffff, flags: Flag.RD, questions: [question(name)] });
  };

  async function ask(domain: string, port = server.port): Promise<number> {
    const target = { address: '127.0.0.1', port };
    return (await askUdp(target, query(domain)))[3]! & 0x0f;
  }

  async function metric(name: string): Promise<number> {
    return (await scrape(server, name)).reduce((sum, { value }) => sum + value, 0);
  }

  it('leaves local policy alone, and takes no more queries than there is room for', async () => {
    expect(await ask('www')).to.equal(RCODES.NOERROR);
    expect(await ask('refused')).to.equal(RCODES.REFUSED);
    upstream.program.signalAll('SIGSTOP');
    for (let sent = 0; sent < LOAD; sent += BURST) {
      for (let i = 0; i < BURST; i++) socket.send(query('www'));
      expect(await ask('refused')).to.equal(RCODES.REFUSED);
    }
    const waiting = await metric('rcode5_inflight_queries');
    expect(waiting).to.be.within(1, IN_FLIGHT);
    // What found no room was told so, and nobody was refused for it.
    await server.program.until('SERVFAIL', () => answers.get(RCODES.SERVFAIL));
    expect(answers.has(RCODES.REFUSED)).to.equal(false);
    const [control, ...records] = server.site.records().filter(({ layer }) => layer === 'policy');
    expect(records).to.have.lengthOf(LOAD / BURST);
    const slow = records.filter(({ elapsedMs }) => elapsedMs > few(100, control!.elapsedMs));
    // The machine may stop a thread for a while, at any load; upstreams hold up all or none.
    expect(slow.length, JSON.stringify(slow)).to.be.below(records.length / 10);
  });

  it('is asked again as soon as it is back', async () => {
    upstream.program.signalAll('SIGCONT');
    const recovery = (port: number) =>
      elapsed(() =>
        server.program.until('an answer', () => {
          // One query may be lost to a full buffer of the upstream; the next one is not.
          const answered = ask('www', port).then((rcode) => rcode === RCODES.NOERROR || undefined);
          return Promise.race([answered, setTimeout(NEXT_MS, undefined)]);
        }),
      );
    const [time, control] = await Promise.all([server.port, upstream.port].map(recovery));
    expect(time).to.be.below(few(RECOVERY_MS, control!));
    await server.program.until('no more waiting', async () => {
      return (await metric('rcode5_inflight_queries')) === 0 ? true : undefined;
    });
    expect(await metric('rcode5_upstream_up')).to.equal(1);
  });
});

import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { expect } from 'chai';
import { ask, findSource } from '../../src/diagnose/ask.ts';
import { findRoutes } from '../../src/diagnose/routes.ts';
import { visitAll } from '../../src/diagnose/visit.ts';
import { Flag, octets, uint16 } from '../world/messages.ts';
import { WIRE } from './visits.ts';

const HOST = '127.0.0.1';
const ASKED = {
  probe: 'ask',
  name: WIRE,
  type: 1,
  rrClass: 1,
  rd: true,
  edns: false,
  transport: 'udp',
} as const;

/** What a name server answers to octets: any number of messages. */
type Answerer = (query: Buffer, source: string) => readonly Uint8Array[];

/** The question sent back as an answer with this rcode. */
function echo(query: Buffer, rcode: number): Uint8Array {
  const answer = Uint8Array.from(query);
  answer[2]! |= Flag.QR >> 8;
  answer[3] = rcode;
  return answer;
}

describe('diagnose with sockets', () => {
  let udp: Socket;
  let tcp: Server;
  let answers: Answerer;
  let port: number;
  const seen: string[] = [];

  beforeEach(async () => {
    seen.length = 0;
    tcp = createServer((socket) => {
      socket.on('error', () => {});
      socket.on('data', (data) => {
        for (const answer of answers(data.subarray(2), socket.remoteAddress!)) {
          // Octet by octet: a stream is cut anywhere.
          for (const octet of octets(uint16(answer.length), answer))
            socket.write(Uint8Array.of(octet));
        }
        socket.end();
      });
    });
    udp = await bindBoth(tcp);
    ({ port } = udp.address());
    udp.on('message', (query, { port: client, address }) => {
      seen.push(address);
      for (const answer of answers(query, address)) udp.send(answer, client, address);
    });
  });

  afterEach(() => {
    udp?.close();
    tcp?.close();
  });

  const route = (timeoutMs = 2000, source = HOST) => ({
    server: { address: HOST, port },
    source,
    timeoutMs,
  });

  it('asks from the address that it is told', async () => {
    answers = (query) => [echo(query, 5)];
    const outcome = await ask(ASKED, route(2000, '127.0.0.9'));
    expect(outcome).to.have.nested.property('reply.rcode', 'REFUSED');
    expect(seen).to.deep.equal(['127.0.0.9']);
  });

  it('waits for its answer behind those of others', async () => {
    answers = (query) => {
      const other = echo(query, 3);
      other[0]! ^= 1;
      return [Uint8Array.of(1, 2, 3), other, echo(query, 5)];
    };
    expect(await ask(ASKED, route())).to.have.nested.property('reply.rcode', 'REFUSED');
  });

  it('puts an answer by TCP together', async () => {
    answers = (query) => [echo(query, 5)];
    const outcome = await ask({ ...ASKED, transport: 'tcp' }, route());
    expect(outcome).to.have.nested.property('reply.rcode', 'REFUSED');
  });

  const silences = [
    { silence: 'connection closed', answer: () => [] },
    { silence: 'an answer that cannot be read', answer: () => [Uint8Array.of(1, 2, 3)] },
  ];
  for (const { silence, answer } of silences) {
    it(`says "${silence}" of TCP`, async () => {
      answers = answer;
      expect(await ask({ ...ASKED, transport: 'tcp' }, route())).to.include({ silence });
    });
  }

  it('asks by UDP as often as it is told, and then says that there is no answer', async () => {
    answers = () => [];
    expect(await ask(ASKED, route(20), 3)).to.include({ silence: 'no answer' });
    expect(seen).to.have.lengthOf(3);
  });

  it('says that a port is closed', async () => {
    const closed = { ...route(), server: { address: HOST, port: await closedPort() } };
    for (const transport of ['udp', 'tcp'] as const) {
      expect(await ask({ ...ASKED, transport }, closed)).to.include({
        silence: 'connection refused',
      });
    }
  });

  it('visits each server from each source', async () => {
    answers = (query, source) => [echo(query, source === '127.0.0.2' ? 5 : 0)];
    const routes = await findRoutes([route().server], [HOST, '127.0.0.2', HOST], 2000);
    if (typeof routes === 'string') throw new Error(routes);
    const visits = await visitAll({ name: WIRE, type: 1, burst: false }, routes);
    expect(visits.map(([first]) => [first!.source, first!.rcode])).to.deep.equal([
      [HOST, 'NOERROR'],
      ['127.0.0.2', 'REFUSED'],
    ]);
  });

  it('tells the source that the system would take', async () => {
    expect(await findSource({ address: HOST, port })).to.deep.equal({ source: HOST });
  });

  it('tells that a source is of nobody here', async () => {
    const problem = '--source 192.0.2.1: EADDRNOTAVAIL; expect an address of this host';
    expect(await findRoutes([route().server], ['192.0.2.1'], 2000)).to.equal(problem);
  });

  it('tells that a server and the sources are of two families', async () => {
    const problem = 'no --source is of the address family of --server ::1';
    expect(await findRoutes([{ address: '::1', port: 53 }], [HOST], 2000)).to.equal(problem);
  });
});

/** Listens at a port that was free for both; returns the socket for datagrams. */
async function bindBoth(tcp: Server): Promise<Socket> {
  for (;;) {
    const udp = createSocket('udp4').bind(0, HOST);
    await once(udp, 'listening');
    tcp.listen(udp.address().port, HOST);
    try {
      await once(tcp, 'listening');
      return udp;
    } catch {
      // A port that is free for datagrams need not be free for connections.
      udp.close();
    }
  }
}

/** A port of this host where nobody listens: one that was free a moment ago. */
async function closedPort(): Promise<number> {
  const server = createServer();
  server.listen(0, HOST);
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

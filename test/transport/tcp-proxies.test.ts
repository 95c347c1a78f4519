import { expect } from 'chai';
import { readAddress } from '../../src/net/address.ts';
import { ProxyHeader } from '../../src/transport/proxy-protocol.ts';
import { framed } from '../world/client.ts';
import { octets } from '../world/messages.ts';
import { binaryHeader, CLIENT_6, headerFor, lineFor } from '../world/proxy-header.ts';
import { ids, Listening, one } from './listening.ts';

/** Milliseconds that a test lets pass. */
const IDLE = 1000;

describe('transport/tcp behind proxies', () => {
  let tcp: Listening;
  let faults: string[];
  beforeEach(() => {
    faults = [];
  });
  afterEach(() => tcp?.close());

  async function listen(limits: Parameters<typeof Listening.start>[0] = {}): Promise<void> {
    tcp = await Listening.start(limits, {
      trusts: (address) => address !== '127.0.0.3',
      createHeader: () => new ProxyHeader(readAddress),
      faulty: (fault) => faults.push(fault),
    });
    tcp.onQuery = tcp.reply;
  }

  const headers = [
    { version: 'version 1', header: lineFor('192.0.2.7'), client: '192.0.2.7' },
    { version: 'version 2', header: headerFor('192.0.2.7'), client: '192.0.2.7' },
  ];
  for (const { version, header } of headers) {
    it(`takes ${version} and queries, wherever the stream is cut`, async () => {
      await listen();
      const sent = octets(header, framed(one(1), one(2)));
      for (let cut = 1; cut < sent.length; cut++) {
        const stream = await tcp.open('127.0.0.2');
        stream.socket.write(sent.subarray(0, cut));
        await new Promise(setImmediate);
        stream.socket.write(sent.subarray(cut));
        expect(await ids(stream, 2), `cut at ${cut}`).to.deep.equal([1, 2]);
        stream.close();
      }
      expect(tcp.received.every(({ address }) => address === '127.0.0.2')).to.equal(true);
      expect(tcp.proxies.every((proxy) => proxy?.address[0] === 0xc0000207)).to.equal(true);
      expect(faults).to.deep.equal([]);
    });
  }

  it('turns away who is no proxy', async () => {
    await listen();
    const stream = await tcp.open('127.0.0.3');
    stream.socket.write(octets(headerFor('192.0.2.7'), framed(one(1))));
    await stream.ended;
    expect(faults).to.deep.equal(['proxy-source']);
    expect(tcp.received).to.deep.equal([]);
  });

  it('turns away a proxy that sends no header', async () => {
    await listen();
    const stream = await tcp.open();
    stream.ask(one(1));
    await stream.ended;
    expect(faults).to.deep.equal(['proxy-header']);
    expect(tcp.received).to.deep.equal([]);
  });

  it('turns away a proxy whose header does not come to its end', async () => {
    await listen({ idle: IDLE });
    const stream = await tcp.openTimed();
    stream.socket.write(headerFor('192.0.2.7').subarray(0, 20));
    // When another proxy's query has arrived, these octets have too.
    const other = await tcp.open();
    other.socket.write(octets(headerFor('192.0.2.8'), framed(one(1))));
    await ids(other, 1);
    tcp.timers.pass(IDLE);
    await stream.ended;
    while (faults.length === 0) await new Promise(setImmediate);
    expect(faults).to.deep.equal(['proxy-header']);
  });

  it('lets a proxy look whether somebody is there', async () => {
    await listen({ idle: IDLE });
    const stream = await tcp.openTimed();
    tcp.timers.pass(IDLE);
    await stream.ended;
    expect(faults).to.deep.equal([]);
  });

  it('limits the connections of a client, not of its proxy', async () => {
    await listen({ perClient: 2 });
    const open = async (header: Uint8Array) => {
      const stream = await tcp.open();
      stream.socket.write(octets(header, framed(one(1))));
      return stream;
    };
    for (let client = 1; client <= 4; client++) {
      expect(await ids(await open(headerFor(`192.0.2.${client}`)), 1)).to.deep.equal([1]);
    }
    await ids(await open(headerFor('192.0.2.1')), 1);
    await (await open(headerFor('192.0.2.1'))).ended;
    expect(tcp.listener.rejected).to.equal(1);
    // The addresses of one /64 are one client.
    for (let host = 1; host <= 3; host++) {
      const header = binaryHeader({ family: 0x21, addresses: CLIENT_6.with(15, host) });
      const stream = await open(header);
      if (host <= 2) await ids(stream, 1);
      else await stream.ended;
    }
    expect(tcp.listener.rejected).to.equal(2);
  });
});

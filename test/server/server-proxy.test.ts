import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { expect } from 'chai';
import { askUdp, framed, Stream } from '../world/client.ts';
import { Flag, message, octets, question } from '../world/messages.ts';
import { binaryHeader, headerFor, lineFor } from '../world/proxy-header.ts';
import { COMMON, ServedSite } from '../world/served-site.ts';
import { answerTo, Upstream } from '../world/upstream.ts';

const PROXY = '127.0.0.2';
const OTHER = '127.0.0.3';
const REFUSED = 5;
const LISTEN = 'listen: [{ address: "127.0.0.1:0", proxyProtocol: { from: [127.0.0.2] } }]';
const LOCAL = binaryHeader({ command: 0x20, family: 0 });

function query(id: number): Uint8Array {
  return message({ id, flags: Flag.RD, questions: [question('www.example.com')] });
}

function rcodeOf(answer: Uint8Array): number {
  return answer[3]! & 0x0f;
}

const WAYS = [
  { what: 'the main thread has the datagrams', threads: 0 },
  { what: 'a data thread has the datagrams', threads: 1 },
];

for (const { what, threads } of WAYS) {
  describe(`server behind proxies, ${what}`, () => {
    let site: ServedSite;
    let upstream: Upstream;
    before(async () => {
      site = new ServedSite();
      upstream = await Upstream.start();
      const common = COMMON.replace('threads: 0', `threads: ${threads}`);
      site.configure(
        `acl: { query: { 10.20.0.0/16: allow, 127.0.0.2: allow, 127.0.0.3: allow } }
upstreams: { default: { servers: ["${upstream.server}"] } }
cache: { entries: 0 }
`,
        common.replace(/^listen:.*$/m, LISTEN),
      );
      await site.start();
    });
    after(async () => {
      await site?.close();
      upstream?.close();
    });

    async function counted(reason: string): Promise<number> {
      const { body } = await site.http('/metrics');
      const series = new RegExp(
        `^rcode5_ignored_packets_total\\{reason="${reason}"\\} (\\d+)$`,
        'm',
      );
      return Number(series.exec(body)?.[1] ?? 0);
    }

    async function untilCounted(reason: string, count: number): Promise<void> {
      while ((await counted(reason)) < count) await new Promise(setImmediate);
    }

    const headers = [
      { version: 'version 2', header: headerFor },
      { version: 'version 1', header: lineFor },
    ];
    for (const { version, header } of headers) {
      it(`judges datagrams by the client that a header of ${version} names`, async () => {
        const refused = await askUdp(site.target(PROXY), octets(header('192.0.2.7'), query(7)));
        expect(rcodeOf(refused)).to.equal(REFUSED);
        expect(refused.readUInt16BE(0)).to.equal(7);
        expect(site.records().at(-1)).to.include({
          event: 'refused',
          client: '192.0.2.7',
          port: 4242,
          peer: PROXY,
          transport: 'udp',
          msg: 'refused www.example.com. A for 192.0.2.7 by acl (built-in default)',
        });
      });

      it(`answers the proxy what an upstream says, after ${version}`, async () => {
        const answer = await askUdp(site.target(PROXY), octets(header('10.20.1.1'), query(8)));
        expect([...answer]).to.deep.equal([...answerTo(query(8))]);
        expect(site.records().at(-1)).to.include({ client: '10.20.1.1', peer: PROXY });
      });

      it(`judges connections by the client that a header of ${version} names`, async () => {
        const stream = await Stream.open(site.target(PROXY));
        stream.socket.write(header('192.0.2.8'));
        stream.ask(query(9), query(10));
        expect(rcodeOf(await stream.next())).to.equal(REFUSED);
        expect(rcodeOf(await stream.next())).to.equal(REFUSED);
        stream.close();
        expect(site.records().at(-1)).to.include({
          client: '192.0.2.8',
          port: 4242,
          peer: PROXY,
          transport: 'tcp',
        });
      });
    }

    it('takes a proxy that speaks for itself for a client', async () => {
      const answer = await askUdp(site.target(PROXY), octets(LOCAL, query(11)));
      expect(rcodeOf(answer)).to.equal(0);
      const record = site.records().at(-1);
      expect(record).to.include({ client: PROXY }).and.not.to.have.property('peer');
      const stream = await Stream.open(site.target(PROXY));
      stream.socket.write(octets(LOCAL, framed(query(12))));
      expect(rcodeOf(await stream.next())).to.equal(0);
      stream.close();
      expect(site.records().at(-1)).to.include({ client: PROXY }).and.not.to.have.property('peer');
    });

    /** Sends a datagram, and then one that is answered: nothing came of the first by then. */
    async function isPassedOver(datagram: Uint8Array, from: string): Promise<void> {
      const socket: Socket = createSocket('udp4').bind(0, from);
      await once(socket, 'listening');
      const { address, port } = site.target();
      const heard: Buffer[] = [];
      socket.on('message', (answer) => heard.push(answer));
      socket.send(datagram, port, address);
      await once(socket, 'message', { signal: AbortSignal.timeout(1) }).catch(() => {});
      await askUdp(site.target(PROXY), octets(headerFor('192.0.2.9'), query(1)));
      expect(heard).to.deep.equal([]);
      socket.close();
    }

    it('takes nothing from others, whatever they say, and counts that', async () => {
      const before = site.records().length;
      const sources = await counted('proxy-source');
      await isPassedOver(octets(headerFor('10.20.1.1'), query(2)), OTHER);
      await isPassedOver(query(2), OTHER);
      const stream = await Stream.open(site.target(OTHER));
      await stream.ended;
      await untilCounted('proxy-source', sources + 3);
      expect(site.records()).to.have.lengthOf(before + 2);
    });

    it('takes nothing without a header from a proxy, and counts that', async () => {
      const headless = await counted('proxy-header');
      await isPassedOver(query(3), PROXY);
      await isPassedOver(headerFor('10.20.1.1').subarray(0, 20), PROXY);
      const stream = await Stream.open(site.target(PROXY));
      stream.ask(query(3));
      await stream.ended;
      await untilCounted('proxy-header', headless + 3);
    });
  });
}

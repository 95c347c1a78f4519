import { createSocket } from 'node:dgram';
import { expect } from 'chai';
import { askTcp, askUdp, Stream } from '../world/client.ts';
import { Flag, message, question, record, TO_QUESTION, TYPE } from '../world/messages.ts';
import { COMMON, forwardTo, ServedSite } from '../world/served-site.ts';
import { answerTo, Upstream } from '../world/upstream.ts';

const REFUSED = 5;
const SERVFAIL = 2;
/** A client that the sites here do not allow. */
const STRANGER = '127.0.0.2';

function query(name: string, id = 0x1234): Uint8Array {
  return message({ id, flags: Flag.RD, questions: [question(name)] });
}

function rcodeOf(answer: Uint8Array): number {
  return answer[3]! & 0x0f;
}

/** A datagram for which no answer is waited. */
async function send(target: { address: string; port: number }, octets: Uint8Array) {
  const socket = createSocket('udp4');
  await new Promise((resolve) => socket.send(octets, target.port, target.address, resolve));
  socket.close();
}

describe('server', () => {
  let site: ServedSite;
  let upstream: Upstream;
  beforeEach(async () => {
    site = new ServedSite();
    upstream = await Upstream.start();
  });
  afterEach(async () => {
    await site?.close();
    upstream?.close();
  });

  it('writes the record of a query that gets no answer, without waiting for one that does', async () => {
    await site.start(
      `${forwardTo(upstream.server)}policies: [{ name: house, rules: { bad.example: drop } }]\n`,
    );
    await send(site.target(), query('bad.example'));
    // A few turns of the event loop, long before the records of the last second are written.
    for (let turn = 0; turn < 200 && site.records().length === 0; turn++) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(site.records()).to.have.lengthOf(1);
    expect(site.records()[0]).to.include({ event: 'dropped', qname: 'bad.example.' });
  });

  const transports = [
    { transport: 'udp', ask: askUdp },
    { transport: 'tcp', ask: askTcp },
  ] as const;
  for (const { transport, ask } of transports) {
    it(`forwards a query and passes the answer back by ${transport}`, async () => {
      await site.start(forwardTo(upstream.server));
      const answer = await ask(site.target(), query('wWw.example.com'));
      expect([...answer]).to.deep.equal([
        ...message({
          id: 0x1234,
          flags: Flag.QR | Flag.RD | Flag.RA,
          questions: [question('wWw.example.com')],
          answers: [record(TO_QUESTION, TYPE.A, [192, 0, 2, 1])],
        }),
      ]);
      expect(upstream.asked.map((asked) => [asked.name, asked.transport])).to.deep.equal([
        ['www.example.com.', transport],
      ]);
    });

    it(`has written the record when the answer arrives by ${transport}`, async () => {
      await site.start(forwardTo(upstream.server));
      for (let id = 1; id <= 5; id++) {
        const answer = await ask(site.target(STRANGER), query('www.example.com', id));
        const records = site.records();
        expect(rcodeOf(answer)).to.equal(REFUSED);
        expect(records).to.have.lengthOf(id);
        expect(records.at(-1)).to.deep.include({
          event: 'refused',
          id,
          node: 'ns1.test',
          policy: site.server.serving.policy.hash,
          client: STRANGER,
          transport,
          listener: `127.0.0.1:${site.target().port}`,
          qname: 'www.example.com.',
          rcode: 'REFUSED',
          layer: 'acl',
          origin: 'local',
        });
      }
      expect(upstream.asked).to.deep.equal([]);
    });

    it(`answers queries in flight by ${transport} when it closes`, async () => {
      upstream.script = () => undefined;
      await site.start(forwardTo(upstream.server));
      const asking = ask(site.target(), query('www.example.com'));
      const [asked] = await upstream.questions(1);
      const closing = site.stop();
      asked!.reply(answerTo(asked!.octets));
      expect(rcodeOf(await asking)).to.equal(0);
      await closing;
      expect(site.records()).to.have.lengthOf(1);
    });
  }

  it('records the refusal of an upstream, and of whom', async () => {
    upstream.script = ({ octets }) => answerTo(octets, { rcode: REFUSED });
    await site.start(forwardTo(upstream.server));
    const answer = await askUdp(site.target(), query('www.example.com'));
    expect(rcodeOf(answer)).to.equal(REFUSED);
    const [told] = site.records();
    expect(told).to.include({ event: 'refused', layer: 'upstream', origin: 'upstream' });
    expect(told!['upstream']).to.include({ address: upstream.server });
  });

  it('says SERVFAIL when nobody listens at the upstream, and does not wait', async () => {
    const { server } = upstream;
    upstream.close();
    await site.start(forwardTo(server));
    const answer = await askUdp(site.target(), query('www.example.com'));
    expect(rcodeOf(answer)).to.equal(SERVFAIL);
    const [told] = site.records();
    expect(told).to.include({ event: 'failed', layer: 'upstream' });
    expect(told!['attempts']).to.have.lengthOf(2);
    expect(told!.attempts![0]).to.include({ rcode: 'ECONNREFUSED' });
    upstream = await Upstream.start();
  });

  it('asks an upstream by TCP when it is written so', async () => {
    await site.start(forwardTo(`tcp://${upstream.server}`));
    expect(rcodeOf(await askUdp(site.target(), query('www.example.com')))).to.equal(0);
    expect(upstream.asked[0]!.transport).to.equal('tcp');
  });

  it('answers a connection in the order in which answers come', async () => {
    upstream.script = ({ name, octets, reply }) => {
      if (name !== 'slow.example.') return answerTo(octets);
      setTimeout(() => reply(answerTo(octets)), 30);
      return undefined;
    };
    await site.start(forwardTo(upstream.server));
    const stream = await Stream.open(site.target());
    stream.ask(query('slow.example', 1), query('fast.example', 2), query('localhost', 3));
    stream.socket.end();
    const ids = [];
    for (let i = 0; i < 3; i++) ids.push((await stream.next()).readUInt16BE(0));
    expect(ids.toSorted()).to.deep.equal([1, 2, 3]);
    expect(ids.at(-1)).to.equal(1);
    await stream.ended;
    stream.close();
  });

  it('passes over what is no query', async () => {
    await site.start(forwardTo(upstream.server));
    const stream = await Stream.open(site.target());
    stream.ask(new Uint8Array(0), Uint8Array.of(1, 2, 3), answerTo(query('www.example.com')));
    stream.ask(query('www.example.com', 9));
    expect((await stream.next()).readUInt16BE(0)).to.equal(9);
    stream.close();
    expect(site.records()).to.have.lengthOf(1);
    const metrics = (await site.http('/metrics')).body;
    expect(metrics).to.match(/^rcode5_ignored_packets_total\{reason="short"\} 2$/m);
    expect(metrics).to.match(/^rcode5_ignored_packets_total\{reason="response"\} 1$/m);
  });

  it('lets go of its addresses when it closes', async () => {
    await site.start(forwardTo(upstream.server));
    const { port } = site.target();
    await askUdp(site.target(), query('www.example.com'));
    await site.stop();
    site.configure(forwardTo(upstream.server), COMMON.replace('127.0.0.1:0', `127.0.0.1:${port}`));
    await site.start();
    expect(rcodeOf(await askUdp(site.target(), query('www.example.com')))).to.equal(0);
  });
});

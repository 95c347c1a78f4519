import { expect } from 'chai';
import { Stream } from '../world/client.ts';
import { message, question, record, TO_QUESTION, TYPE } from '../world/messages.ts';
import { ServedSite } from '../world/served-site.ts';
import { answerTo, type Question, Upstream } from '../world/upstream.ts';

const AXFR = 252;
const SOA = record(TO_QUESTION, TYPE.SOA, [0, 0, ...Array(20).fill(1)]);
const DATA = record(TO_QUESTION, TYPE.A, [192, 0, 2, 1]);
/** Less than a connection may be idle, and than a server may take between two messages. */
const SOON_MS = 8000;

describe('shell, transfers over the loopback', function () {
  this.timeout(SOON_MS);
  let site: ServedSite;
  let upstream: Upstream;
  let client: Stream;

  beforeEach(async () => {
    site = new ServedSite();
    upstream = await Upstream.start();
    await site.start(`acl: { transfer: { 127.0.0.1: allow } }
upstreams: { default: { servers: ["${upstream.server}"], timeout: 300ms } }`);
    client = await Stream.open(site.target());
  });
  afterEach(async () => {
    client.close();
    await site.close();
    upstream.close();
  });

  /** Asks for the zone, and returns the question of which the upstream answers the first part. */
  async function begin(): Promise<Question> {
    upstream.script = ({ octets }) => answerTo(octets, { answers: [SOA, DATA] });
    client.ask(message({ id: 9, questions: [question('example', AXFR)] }));
    const [asked] = await upstream.questions(1);
    await client.next();
    return asked!;
  }

  it('closes the connection of the client at once when the upstream closes early', async () => {
    const asked = await begin();
    asked.hangUp();
    await client.ended;
  });

  it('waits for the next message for longer than for an answer', async () => {
    const asked = await begin();
    const pause = Promise.withResolvers<void>();
    setTimeout(pause.resolve, 1000);
    await pause.promise;
    asked.reply(answerTo(asked.octets, { answers: [DATA, SOA] }));
    await client.next();
  });

  it('goes on with other queries of the client when the transfer is whole', async () => {
    const asked = await begin();
    asked.reply(answerTo(asked.octets, { answers: [DATA, SOA] }));
    await client.next();
    upstream.script = ({ octets }) => answerTo(octets);
    client.ask(message({ id: 10, questions: [question('www.example')] }));
    expect([...(await client.next()).subarray(0, 2)]).to.deep.equal([0, 10]);
  });
});

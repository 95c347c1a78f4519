import { expect } from 'chai';
import { writeAnswer } from '../world/answer-text.ts';
import { readMessage } from '../world/message-text.ts';
import { message, type Octets, opt, option, question } from '../world/messages.ts';
import { Stage } from '../world/stage.ts';

const CONFIG = `
acl: { query: { 10.0.0.0/8: allow } }
policies: [{ name: house, rules: { bad.example: refuse } }]
upstreams: { default: { servers: [192.0.2.1], timeout: 100ms, attempts: 1 } }
`;

const PADDING = 12;
const BLOCK = 468;
const RD = 0x0100;

describe('engine, padding', () => {
  let stage: Stage;
  beforeEach(() => {
    stage = new Stage(CONFIG, {});
  });
  afterEach(() => stage.close());

  function ask(
    name: string,
    {
      transport = 'dot',
      options = [option(PADDING, new Uint8Array(7))],
      client = '10.0.0.1',
    }: {
      transport?: 'udp' | 'tcp' | 'dot';
      options?: readonly Octets[];
      client?: string;
    } = {},
  ): void {
    const asked = { id: 7, flags: RD, questions: [question(name)] };
    const additionals = [opt({ options: options.map((one) => Uint8Array.from(one)) })];
    stage.query(message({ ...asked, additionals }), { address: client, port: 4711, transport });
  }

  const lengths = () => stage.replies.map((reply) => reply.octets.length);

  /** What a padding option has: it ends the message. */
  function paddingOf(reply: Uint8Array): Uint8Array {
    const end = reply.length;
    for (let at = end - 4; at > 12; at--) {
      const view = Buffer.from(reply.subarray(at, at + 4));
      if (view.readUInt16BE(0) === PADDING && view.readUInt16BE(2) === end - at - 4) {
        return reply.subarray(at + 4);
      }
    }
    throw new Error('there is no padding');
  }

  it('makes a refusal by DoT as long as 468 octets, with zeros', () => {
    ask('bad.example');
    ask('www.example', { client: '192.0.2.9' });
    expect(lengths()).to.deep.equal([BLOCK, BLOCK]);
    for (const reply of stage.replies) {
      expect(readMessage(reply.octets).rcode).to.equal('REFUSED');
      expect(paddingOf(reply.octets).every((octet) => octet === 0)).to.equal(true);
    }
  });

  const others = [
    { what: 'that was not padded', asked: { options: [] } },
    { what: 'by UDP', asked: { transport: 'udp' } },
    { what: 'by TCP', asked: { transport: 'tcp' } },
  ] as const;
  for (const { what, asked } of others) {
    it(`does not pad the answer to a query ${what}`, () => {
      ask('bad.example', asked);
      expect(lengths()[0]).to.be.lessThan(200);
    });
  }

  it('forgets it for the next query', () => {
    ask('bad.example');
    ask('bad.example', { options: [] });
    expect(lengths()[0]).to.equal(BLOCK);
    expect(lengths()[1]).to.be.lessThan(200);
  });

  it('pads answers of upstreams and of the cache, and asks upstreams without', () => {
    ask('www.example');
    const [sent] = stage.asked.splice(0);
    expect(readMessage(sent!.octets).edns).to.not.equal(undefined);
    expect(sent!.octets.length).to.equal(40);
    const records = Array.from({ length: 30 }, (_, i) => `www.example. 60 A 192.0.2.${i}`);
    stage.answer(writeAnswer({ answer: records }, sent!.octets), sent!);
    ask('www.example');
    expect(stage.asked).to.deep.equal([]);
    expect(lengths()).to.deep.equal([2 * BLOCK, 2 * BLOCK]);
    for (const reply of stage.replies) {
      expect(readMessage(reply.octets).answer).to.have.length(30);
      expect(paddingOf(reply.octets).every((octet) => octet === 0)).to.equal(true);
    }
  });
});

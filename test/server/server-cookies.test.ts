import { expect } from 'chai';
import { askUdp } from '../world/client.ts';
import { Flag, message, octets, opt, option, question } from '../world/messages.ts';
import { ServedSite } from '../world/served-site.ts';

const CLIENT_COOKIE = [1, 2, 3, 4, 5, 6, 7, 8];
/** More queries than the limit lets through. */
const MANY = 20;

const CONFIG = `
acl: { query: { 127.0.0.0/8: allow } }
policies: [{ name: house, rules: { www.example.com: nxdomain } }]
rateLimit: { queriesPerSecond: 1, burst: 3 }
cookies: { secret: "\${COOKIE_SECRET}" }
upstreams: { default: { servers: [192.0.2.1] } }
`;

describe('server cookies', () => {
  let site: ServedSite;
  before(async () => {
    site = new ServedSite();
    site.environment = { COOKIE_SECRET: '00112233445566778899aabbccddeeff' };
    await site.start(CONFIG);
  });
  after(() => site?.close());

  async function ask(
    from: string,
    cookie?: Uint8Array,
  ): Promise<{ rcode: number; answer: Buffer }> {
    const options = cookie === undefined ? [] : [option(10, cookie)];
    const query = message({
      id: 7,
      flags: Flag.RD,
      questions: [question('www.example.com')],
      additionals: [opt({ options })],
    });
    const answer = await askUdp(site.target(from), query);
    // The OPT record follows the header, the question and the SOA record, if there is one.
    const optAt = answer.indexOf(octets([0], [0, 41]));
    return { rcode: answer[optAt + 5]! * 16 + (answer[3]! & 0x0f), answer };
  }

  function cookieIn(answer: Buffer): Buffer {
    const at = answer.indexOf(octets([0, 10, 0, 24], CLIENT_COOKIE));
    return answer.subarray(at + 4, at + 28);
  }

  it('spare who sends one back the limit, and nobody else', async () => {
    const first = await ask('127.0.0.2', Uint8Array.from(CLIENT_COOKIE));
    expect(first.rcode).to.equal(3);
    const cookie = cookieIn(first.answer);
    for (let i = 0; i < MANY; i++) {
      const { rcode, answer } = await ask('127.0.0.2', cookie);
      expect(rcode).to.equal(3);
      expect([...cookieIn(answer)]).to.deep.equal([...cookie]);
    }
    const stolen: number[] = [];
    const plain: number[] = [];
    for (let i = 0; i < MANY; i++) {
      stolen.push((await ask('127.0.0.3', cookie)).rcode);
      const { answer } = await ask('127.0.0.4');
      plain.push(answer[2]! & 0x02);
    }
    expect(stolen.at(-1), 'BADCOOKIE').to.equal(23);
    expect(plain.at(-1), 'TC').to.equal(2);
  });

  it('are no secret of the log or of the admin HTTP', async () => {
    const { body } = await site.http('/api/policy');
    expect(body).not.to.match(/00112233|0,17,34,51/);
    site.configure(CONFIG.replace('COOKIE_SECRET}', 'COOKIE_SECRET}0'));
    const { ok, problems } = await site.server.reload();
    expect(ok).to.equal(false);
    expect(problems.join()).to.match(/:12:20: this is no secret; expect 32 hexadecimal digits$/);
  });
});

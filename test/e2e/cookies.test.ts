import { expect } from 'chai';
import { cleanUp, describeWith, run } from './processes.ts';
import { type Rcode5, Site, serve } from './rcode5.ts';

const SITE = `acl: { query: { 127.0.0.0/8: allow } }
policies: [{ name: house, rules: { walled.example: { answer: [192.0.2.7] } } }]
rateLimit: { queriesPerSecond: 1, burst: 1 }
cookies: { secret: 00112233445566778899aabbccddeeff }
`;

/** More queries than the limit lets through, however slow dig is. */
const MANY = 10;

describeWith(['dig'], 'e2e: DNS cookies', () => {
  let server: Rcode5;
  before(async () => {
    server = await serve(new Site(SITE));
  });
  after(cleanUp);

  async function dig(...args: readonly string[]): Promise<string> {
    const target = ['@127.0.0.1', '-p', String(server.port), '+tries=1', 'walled.example'];
    return (await run('dig', [...target, ...args])).stdout;
  }

  it('are good to dig', async () => {
    const text = await dig('-b', '127.0.0.2', '+cookie');
    expect(text).to.match(/; COOKIE: [0-9a-f]{16}01000000[0-9a-f]{24} \(good\)/);
  });

  it('serve dig, which comes back with the cookie that it is told', async () => {
    const decided = () => {
      const records = server.site.records().filter(({ client }) => client === '127.0.0.3');
      return records.map(({ layer, rcode }) => `${layer} ${rcode}`);
    };
    // Once more, where a busy machine takes a second from one query to the next.
    for (let i = 0; i < MANY && !decided().includes('rate-limit BADCOOKIE'); i++) {
      await dig('-b', '127.0.0.3', '+nocookie', '+ignore');
      // It has no cookie from here at first.
      const text = await dig('-b', '127.0.0.3', '+cookie', '+ignore');
      expect(text)
        .to.match(/status: NOERROR/)
        .and.to.contain('192.0.2.7');
      expect(text).not.to.match(/flags: [a-z ]*tc/);
    }
    expect(decided()).to.include.members(['rate-limit BADCOOKIE', 'policy NOERROR']);
  });

  it('take the limit from who has a good one', async () => {
    const first = await dig('-b', '127.0.0.4', '+cookie');
    const cookie = /; COOKIE: ([0-9a-f]{48})/.exec(first)![1]!;
    for (let i = 0; i < MANY; i++) {
      const text = await dig('-b', '127.0.0.4', `+cookie=${cookie}`, '+ignore', '+nobadcookie');
      expect(text)
        .to.match(/status: NOERROR/)
        .and.to.contain('192.0.2.7');
    }
  });

  it('do not understand what is none', async () => {
    const text = await dig('-b', '127.0.0.5', '+nocookie', '+ednsopt=10:0102');
    expect(text).to.match(/status: FORMERR/);
  });
});

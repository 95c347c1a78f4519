import { expect } from 'chai';
import { parseAddress } from '../../src/net/address.ts';
import { ServerCookies } from '../../src/wire/cookie.ts';
import { isCookieLength } from '../../src/wire/opt.ts';
import { NO_COOKIE, type Query } from '../../src/wire/query.ts';
import { asked } from '../world/asked.ts';
import { opt, option } from '../world/messages.ts';

const SECRET = 'e5e973e5a6b2a43f48e7dc849e37bfcf';
const OLD_SECRET = 'dd3bdf9344b678b185a6f5cb60fca715';
const NEW_SECRET = '445536bcd2513298075a5d379663c962';
const CLIENT_COOKIE = '2464c4abcf10c957';
const CLIENT = '198.51.100.100';
const MADE_AT = 1559731985;
const COOKIE = '2464c4abcf10c957010000005cf79f111f8130c3eee29480';

const octetsOf = (hex: string) => Uint8Array.from(Buffer.from(hex, 'hex'));

function cookiesOf(secret: string, ...others: readonly string[]): ServerCookies {
  return new ServerCookies([octetsOf(secret), ...others.map(octetsOf)]);
}

/** A query with a COOKIE option, `at` so many seconds since the epoch. */
function queryWith(cookie: string, client = CLIENT, at = MADE_AT): Query {
  const { family, words } = parseAddress(client)!;
  return asked('example.com', {
    address: family === 4 ? [words[0]!] : [...words],
    receivedAt: at * 1000 + 999,
    additionals: [opt({ options: [option(10, octetsOf(cookie))] })],
  });
}

function answerTo(cookies: ServerCookies, query: Query): string {
  return Buffer.from(cookies.optionFor(query)).toString('hex');
}

/** RFC 9018 appendix A. */
const EXAMPLES = [
  {
    section: 'A.1, a new cookie',
    secrets: [SECRET],
    client: CLIENT,
    at: MADE_AT,
    sent: CLIENT_COOKIE,
    answered: COOKIE,
  },
  {
    section: 'A.2, a cookie that is renewed after 40 minutes',
    secrets: [SECRET],
    client: CLIENT,
    at: 1559734385,
    sent: COOKIE,
    isGood: true,
    answered: '2464c4abcf10c957010000005cf7a871d4a564a1442aca77',
  },
  {
    // The example's client comes after nearly two hours, and section 4.3 says one.
    section: 'A.3, another client with reserved octets',
    secrets: [SECRET],
    client: '203.0.113.203',
    at: 1559734700,
    sent: 'fc93fc62807ddb8601abcdef5cf78f71a314227b6679ebf5',
    answered: 'fc93fc62807ddb86010000005cf7a9acf73a7810aca2381e',
  },
  {
    section: 'A.4, an IPv6 client and another secret',
    secrets: [NEW_SECRET, OLD_SECRET],
    client: '2001:db8:220:1:59de:d0f4:8769:82b8',
    at: 1559741961,
    sent: '22681ab97d52c298010000005cf7c57926556bd0934c72f8',
    isGood: true,
    answered: '22681ab97d52c298010000005cf7c609a6bb79d16625507a',
  },
];

describe('wire/cookie', () => {
  for (const { section, secrets, client, at, sent, isGood = false, answered } of EXAMPLES) {
    it(`does as in RFC 9018 section ${section}`, () => {
      const cookies = cookiesOf(secrets[0]!, ...secrets.slice(1));
      const query = queryWith(sent, client, at);
      expect(cookies.isGood(query)).to.equal(isGood);
      expect(answerTo(cookies, query)).to.equal(`000a0018${answered}`);
    });
  }

  it('takes the reserved octets as they are', () => {
    const sent = 'fc93fc62807ddb8601abcdef5cf78f71a314227b6679ebf5';
    const query = queryWith(sent, '203.0.113.203', 1559727985 + 60);
    expect(cookiesOf(SECRET).isGood(query)).to.equal(true);
  });

  it('gives back a cookie that is fresh, and another when it is not', () => {
    const cookies = cookiesOf(SECRET);
    for (const [age, isSame] of [
      [0, true],
      [1800, true],
      [1801, false],
      [-300, true],
    ] as const) {
      const answer = answerTo(cookies, queryWith(COOKIE, CLIENT, MADE_AT + age));
      expect(answer === `000a0018${COOKIE}`, `after ${age} s`).to.equal(isSame);
    }
  });

  const cases = [
    { when: 'is new', isGood: true },
    { when: 'is an hour old', at: MADE_AT + 3600, isGood: true },
    { when: 'is older', at: MADE_AT + 3601, isGood: false },
    { when: 'comes from a clock that is ahead', at: MADE_AT - 300, isGood: true },
    { when: 'comes from a clock that is too far ahead', at: MADE_AT - 301, isGood: false },
    { when: 'comes from another address', client: '198.51.100.101', isGood: false },
    {
      when: 'is for another cookie of the client',
      sent: COOKIE.replace('24', '25'),
      isGood: false,
    },
    { when: 'has another version', sent: COOKIE.replace('01000000', '02000000'), isGood: false },
    { when: 'has another hash', sent: COOKIE.replace(/80$/, '81'), isGood: false },
    { when: 'is longer', sent: `${COOKIE}00`, isGood: false },
    { when: 'is shorter', sent: COOKIE.slice(0, -2), isGood: false },
    { when: 'is missing', sent: CLIENT_COOKIE, isGood: false },
  ];
  for (const { when, sent = COOKIE, client = CLIENT, at = MADE_AT, isGood } of cases) {
    it(`${isGood ? 'believes' : 'does not believe'} a cookie that ${when}`, () => {
      expect(cookiesOf(SECRET).isGood(queryWith(sent, client, at))).to.equal(isGood);
    });
  }

  it('does not believe a cookie of another secret', () => {
    expect(cookiesOf(NEW_SECRET).isGood(queryWith(COOKIE))).to.equal(false);
    expect(cookiesOf(NEW_SECRET, SECRET).isGood(queryWith(COOKIE))).to.equal(true);
  });

  it('makes a cookie of the first secret in place of one of the second', () => {
    const cookies = cookiesOf(NEW_SECRET, SECRET);
    const answer = answerTo(cookies, queryWith(COOKIE)).slice(8);
    expect(answer).not.to.equal(COOKIE);
    expect(cookiesOf(NEW_SECRET).isGood(queryWith(answer))).to.equal(true);
  });

  it('goes by the clock on the wall when that was set', () => {
    const cookies = cookiesOf(SECRET);
    const before = queryWith(COOKIE, CLIENT, MADE_AT - 86_400);
    expect(cookies.isGood(before)).to.equal(false);
    cookies.setClock(86_400_000);
    expect(cookies.isGood(before)).to.equal(true);
    expect(answerTo(cookies, queryWith(CLIENT_COOKIE, CLIENT, MADE_AT - 86_400))).to.equal(
      `000a0018${COOKIE}`,
    );
  });

  it('knows how long a cookie may be', () => {
    const lengths = Array.from({ length: 50 }, (_, length) => length).filter(isCookieLength);
    expect(lengths).to.deep.equal([8, ...Array.from({ length: 25 }, (_, i) => 16 + i)]);
  });
});

describe('wire/query cookies', () => {
  it('are read from the first COOKIE option', () => {
    const query = asked('example.com', {
      additionals: [
        opt({ options: [option(3), option(10, octetsOf(CLIENT_COOKIE)), option(10, [1])] }),
      ],
    });
    expect(query.cookieLength).to.equal(8);
    expect(Buffer.from(query.cookie.subarray(0, 8)).toString('hex')).to.equal(CLIENT_COOKIE);
  });

  it('have the length that they have, whatever that is', () => {
    for (const length of [0, 7, 41, 300]) {
      const query = queryWith('ab'.repeat(length));
      expect(query.cookieLength).to.equal(length);
    }
  });

  it('are forgotten with the query', () => {
    const query = queryWith(COOKIE);
    query.parse(query.message, query.length - 28 - 11);
    expect(query.cookieLength).to.equal(NO_COOKIE);
  });
});

import { expect } from 'chai';
import fc from 'fast-check';
import { faultOfStatus, HttpFaults } from '../../src/transport/http-fault.ts';
import { Http1Dialect } from '../../src/transport/http1-dialect.ts';
import { message } from '../world/messages.ts';

const QUERY = Buffer.from(message({ id: 7 }));
const TARGET = `/dns-query?dns=${QUERY.toString('base64url')}`;
const GET = `GET ${TARGET} HTTP/1.1\r\nHost: dns.example\r\n\r\n`;
const POST_HEAD =
  'POST /dns-query HTTP/1.1\r\nHost: dns.example\r\nContent-Type: application/dns-message\r\n';
const POST = Buffer.concat([Buffer.from(`${POST_HEAD}Content-Length: 12\r\n\r\n`), QUERY]);

class Spoken {
  readonly faults = new HttpFaults();
  readonly dialect = new Http1Dialect('/dns-query', this.faults);
  readonly asked: number[] = [];

  push(...parts: readonly (string | Buffer)[]): this {
    for (const part of parts) {
      this.dialect.push(Buffer.from(part), (octets, exchange) => {
        expect(octets).to.deep.equal(QUERY);
        this.asked.push(exchange);
      });
    }
    return this;
  }

  reply(exchange: number, octets: Buffer = QUERY): this {
    this.dialect.reply(exchange, octets, octets.length, 60);
    return this;
  }

  text(): string {
    return this.dialect.take().toString('latin1');
  }

  statuses(): string[] {
    return [...this.text().matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status!);
  }
}

describe('transport/http1-dialect', () => {
  it('takes GET and POST, and answers', () => {
    const spoken = new Spoken().push(GET, POST);
    expect(spoken.asked).to.have.length(2);
    const [first, second] = spoken.asked;
    const text = spoken.reply(first!).reply(second!).text();
    expect(text).to.match(
      /^HTTP\/1\.1 200 OK\r\nDate: [A-Z][a-z]{2}, .* GMT\r\nContent-Type: application\/dns-message\r\nContent-Length: 12\r\nCache-Control: max-age=60\r\n\r\n/,
    );
    expect(text.match(/HTTP\/1\.1 200/g)).to.have.length(2);
    expect(spoken.dialect.isEnding).to.equal(false);
  });

  it('answers in the order of the requests, also those that carry no query', () => {
    const spoken = new Spoken().push(GET, 'GET /x HTTP/1.1\r\nHost: a\r\n\r\n', POST);
    const [first, second] = spoken.asked;
    expect(spoken.reply(second!).text()).to.equal('');
    expect(spoken.reply(first!).statuses()).to.deep.equal(['200', '404', '200']);
  });

  it('leaves the body away for HEAD, and says how long it is', () => {
    const spoken = new Spoken().push(GET.replace('GET', 'HEAD'));
    expect(spoken.reply(spoken.asked[0]!).text()).to.match(
      /Content-Length: 12\r\nCache-Control: max-age=60\r\n\r\n$/,
    );
  });

  it('reads the same wherever the stream is cut', () => {
    const whole = Buffer.concat([Buffer.from(`${GET}\r\n${GET}`), POST, Buffer.from(GET)]);
    fc.assert(
      fc.property(fc.array(fc.nat(whole.length), { maxLength: 20 }), (cuts) => {
        const at = [0, ...cuts.sort((a, b) => a - b), whole.length];
        const chunks = at.slice(1).map((end, i) => whole.subarray(at[i], end));
        expect(new Spoken().push(...chunks).asked).to.have.length(4);
      }),
      { numRuns: 100 },
    );
  });

  it('passes over the body of GET, and takes an absolute target', () => {
    const withBody = GET.replace('\r\n\r\n', '\r\nContent-Length: 3\r\n\r\nabc');
    const absolute = GET.replace('/dns-query', 'https://dns.example/dns-query');
    expect(new Spoken().push(withBody, absolute).asked).to.have.length(2);
  });

  it('asks for a body that waits', () => {
    const head = `${POST_HEAD}Expect: 100-continue\r\nContent-Length: 12\r\n\r\n`;
    const spoken = new Spoken().push(head);
    expect(spoken.text()).to.equal('HTTP/1.1 100 Continue\r\n\r\n');
    expect(spoken.push(QUERY).asked).to.have.length(1);
  });

  const endings = [
    { what: 'that wants it', head: GET.replace('\r\n\r\n', '\r\nConnection: Close\r\n\r\n') },
    { what: 'of HTTP/1.0', head: GET.replace('1.1', '1.0') },
  ];
  for (const { what, head } of endings) {
    it(`closes the connection of a client ${what} behind the answer`, () => {
      const spoken = new Spoken().push(head, GET);
      expect(spoken.asked).to.have.length(1);
      expect(spoken.dialect.isEnding).to.equal(true);
      expect(spoken.reply(spoken.asked[0]!).text()).to.match(/\r\nConnection: close\r\n/);
    });
  }

  it('sends nothing behind a query that gets no answer', () => {
    const spoken = new Spoken().push(GET, GET, GET);
    const [first, second, third] = spoken.asked;
    spoken.dialect.drop(second!);
    spoken.reply(third!).reply(first!);
    expect(spoken.statuses()).to.deep.equal(['200']);
    expect(spoken.dialect.isEnding).to.equal(true);
  });

  const lines = (...list: readonly string[]) => `${list.join('\r\n')}\r\n\r\n`;
  const get = `GET ${TARGET} HTTP/1.1`;
  const faults = [
    { what: 'another path', head: lines('GET / HTTP/1.1', 'Host: a'), status: 404, ends: false },
    {
      what: 'another method',
      head: lines('PUT /dns-query HTTP/1.1', 'Host: a'),
      status: 405,
      ends: false,
    },
    {
      what: 'another type',
      head: lines('POST /dns-query HTTP/1.1', 'Host: a'),
      status: 415,
      ends: false,
    },
    { what: 'chunks', head: lines(get, 'Host: a', 'Transfer-Encoding: chunked'), status: 501 },
    {
      what: 'two lengths',
      head: lines(get, 'Host: a', 'Content-Length: 1', 'Content-Length: 1'),
      status: 400,
    },
    { what: 'a length of +1', head: lines(get, 'Host: a', 'Content-Length: +1'), status: 400 },
    { what: 'a list of lengths', head: lines(get, 'Host: a', 'Content-Length: 1, 1'), status: 400 },
    {
      what: 'a body that is too large',
      head: lines(get, 'Host: a', 'Content-Length: 65536'),
      status: 413,
    },
    { what: 'no host', head: lines(get, 'Accept: x'), status: 400 },
    { what: 'two hosts', head: lines(get, 'Host: a', 'Host: b'), status: 400 },
    { what: 'a folded line', head: lines(get, 'Host: a', ' b: c'), status: 400 },
    {
      what: 'a space before a colon',
      head: lines(get, 'Host: a', 'Content-Length : 1'),
      status: 400,
    },
    { what: 'a line end of one octet', head: `${get}\nHost: a\n\r\n\r\n`, status: 400 },
    { what: 'another version', head: lines(`GET ${TARGET} HTTP/2.0`, 'Host: a'), status: 400 },
    { what: 'no request', head: lines('hello'), status: 400 },
    { what: 'HTTP/2 without ALPN', head: 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', status: 400 },
    {
      what: 'a head that is too large',
      head: lines(get, `Host: ${'a'.repeat(17_000)}`),
      status: 431,
    },
  ];
  for (const { what, head, status, ends = true } of faults) {
    it(`answers ${what} with ${status}${ends ? ', and ends' : ''}`, () => {
      const spoken = new Spoken().push(head);
      expect(spoken.statuses()).to.deep.equal([String(status)]);
      expect(spoken.dialect.isEnding).to.equal(ends);
      expect(spoken.asked).to.deep.equal([]);
      const counted = spoken.faults.counts.filter(({ total }) => total > 0);
      expect(counted).to.deep.equal([{ reason: faultOfStatus(status), total: 1 }]);
    });
  }

  it('never throws, whatever the octets', () => {
    const anyPart = fc.oneof(fc.constantFrom(GET, POST, '\r\n\r\n', 'POST /'), fc.string());
    fc.assert(
      fc.property(fc.array(anyPart), (parts) => {
        const dialect = new Http1Dialect('/dns-query', new HttpFaults());
        for (const part of parts) dialect.push(Buffer.from(part), () => {});
        dialect.take();
      }),
      { numRuns: 300 },
    );
  });
});

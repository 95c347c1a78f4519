import { expect } from 'chai';
import fc from 'fast-check';
import { formatAddress, parseAddress, readAddress } from '../../src/net/address.ts';
import { type ForwardedFields, ForwardedReader } from '../../src/transport/forwarded.ts';

/** Proxies are 10.0.0.0/8 and fd00::/8. */
const reader = new ForwardedReader(readAddress, (family, [first = 0]) =>
  family === 4 ? first >>> 24 === 10 : first >>> 24 === 0xfd,
);

function read(fields: ForwardedFields): string {
  const client = reader.read(fields);
  if (client === undefined) return 'nobody';
  if (client === 'unclear') return client;
  return `${formatAddress(client.family, client.address)} ${client.port}`;
}

interface Case {
  readonly when: string;
  readonly values: readonly string[];
  readonly says: string;
}

const LISTS: readonly Case[] = [
  { when: 'there is one address', values: ['192.0.2.7'], says: '192.0.2.7 0' },
  {
    when: 'there are several, of which the last is no proxy',
    values: ['203.0.113.9, 192.0.2.7'],
    says: '192.0.2.7 0',
  },
  {
    when: 'proxies come behind the client',
    values: ['203.0.113.9,192.0.2.7 , 10.0.0.1,fd00::1'],
    says: '192.0.2.7 0',
  },
  {
    when: 'they stand in several fields',
    values: ['203.0.113.9', '192.0.2.7', '10.0.0.1'],
    says: '192.0.2.7 0',
  },
  { when: 'all are proxies', values: ['10.0.0.1, 10.0.0.2'], says: '10.0.0.1 0' },
  { when: 'there is a port', values: ['192.0.2.7:4711'], says: '192.0.2.7 4711' },
  { when: 'it is IPv6', values: ['2001:DB8::7'], says: '2001:db8::7 0' },
  { when: 'it is IPv6 in brackets', values: ['[2001:db8::7]'], says: '2001:db8::7 0' },
  { when: 'it is IPv6 with a port', values: ['[2001:db8::7]:65535'], says: '2001:db8::7 65535' },
  { when: 'it is mapped', values: ['::ffff:192.0.2.7'], says: '192.0.2.7 0' },
  { when: 'elements are empty', values: ['', ' , 192.0.2.7,,'], says: '192.0.2.7 0' },
  { when: 'nothing is in it', values: [' , '], says: 'nobody' },
  {
    when: 'something else stands where anybody may have written it',
    values: ['nonsense", 192.0.2.7'],
    says: '192.0.2.7 0',
  },
  { when: 'it is unknown', values: ['192.0.2.7, unknown'], says: 'unclear' },
  { when: 'it is hidden behind a proxy', values: ['192.0.2.7, _id, 10.0.0.1'], says: 'unclear' },
  { when: 'it is a name', values: ['client.example'], says: 'unclear' },
  { when: 'it has a zone', values: ['fe80::1%eth0'], says: 'unclear' },
  { when: 'it is no address', values: ['192.0.2.256'], says: 'unclear' },
  { when: 'octets have leading zeros', values: ['192.0.2.07'], says: 'unclear' },
  { when: 'the port is too large', values: ['192.0.2.7:65536'], says: 'unclear' },
  { when: 'the port is none', values: ['192.0.2.7:'], says: 'unclear' },
  { when: 'IPv4 is in brackets', values: ['[192.0.2.7]'], says: 'unclear' },
  { when: 'a bracket is missing', values: ['[2001:db8::7'], says: 'unclear' },
  { when: 'there are two with a space between', values: ['192.0.2.7 192.0.2.8'], says: 'unclear' },
];

const FORWARDED: readonly Case[] = [
  { when: 'there is one address', values: ['for=192.0.2.7'], says: '192.0.2.7 0' },
  {
    when: 'there are other parameters, in any case and order',
    values: ['by=203.0.113.43;For="192.0.2.7:4711";proto=https;host="a, b;c"'],
    says: '192.0.2.7 4711',
  },
  { when: 'it is IPv6', values: ['for="[2001:db8::7]"'], says: '2001:db8::7 0' },
  { when: 'it is IPv6 with a port', values: ['for="[2001:db8::7]:1"'], says: '2001:db8::7 1' },
  { when: 'its port is hidden', values: ['for="192.0.2.7:_p0rt"'], says: '192.0.2.7 0' },
  { when: 'octets are escaped', values: ['for="192\\.0.2.\\7"'], says: '192.0.2.7 0' },
  {
    when: 'there are several elements, and proxies behind the client',
    values: ['for=203.0.113.9, for=192.0.2.7;by=_a', 'for=10.0.0.1'],
    says: '192.0.2.7 0',
  },
  {
    when: 'there are spaces and empty ones',
    values: [' ,for=192.0.2.7 ; ;,'],
    says: '192.0.2.7 0',
  },
  { when: 'nothing is in it', values: ['', ','], says: 'nobody' },
  { when: 'it is unknown', values: ['for=192.0.2.7, for=unknown'], says: 'unclear' },
  { when: 'it is hidden', values: ['for=_gazonk'], says: 'unclear' },
  { when: 'an element has no client', values: ['for=192.0.2.7, proto=https'], says: 'unclear' },
  { when: 'an element has two', values: ['for=192.0.2.7;for=192.0.2.8'], says: 'unclear' },
  { when: 'IPv6 has no brackets', values: ['for="2001:db8::7"'], says: 'unclear' },
  { when: 'IPv6 has no quotes', values: ['for=[2001:db8::7]'], says: 'unclear' },
  { when: 'a port has no quotes', values: ['for=192.0.2.7:80'], says: 'unclear' },
  {
    when: 'a client leaves a quote open for what a proxy adds',
    values: ['for=10.9.9.9;x=", for=192.0.2.7'],
    says: 'unclear',
  },
  {
    when: 'a client leaves a quote open for quotes that a proxy adds',
    values: ['for=10.9.9.9;x=", for="[2001:db8::7]"'],
    says: 'unclear',
  },
  {
    when: 'a client leaves a quote open, in a field of its own',
    values: ['for=10.9.9.9;x="', 'for=192.0.2.7'],
    says: '192.0.2.7 0',
  },
];

describe('transport/forwarded', () => {
  for (const { when, values, says } of LISTS) {
    it(`reads ${says} from X-Forwarded-For when ${when}`, () => {
      expect(read({ forwardedFor: values })).to.equal(says);
    });
  }
  for (const { when, values, says } of FORWARDED) {
    it(`reads ${says} from Forwarded when ${when}`, () => {
      expect(read({ forwarded: values })).to.equal(says);
    });
  }

  it('takes both when they agree, with the port of either', () => {
    const forwarded = ['for="192.0.2.7:9"'];
    expect(read({ forwarded, forwardedFor: ['192.0.2.7'] })).to.equal('192.0.2.7 9');
    expect(read({ forwarded: ['for=192.0.2.7'], forwardedFor: ['192.0.2.7:8'] })).to.equal(
      '192.0.2.7 8',
    );
  });

  it('takes neither when they differ: a client may have written one of them', () => {
    const forwarded = ['for=192.0.2.7'];
    expect(read({ forwarded, forwardedFor: ['192.0.2.8'] })).to.equal('unclear');
    expect(read({ forwarded, forwardedFor: ['unknown'] })).to.equal('unclear');
    expect(read({ forwarded, forwardedFor: [''] })).to.equal('192.0.2.7 0');
    expect(read({})).to.equal('nobody');
  });

  const address = fc.oneof(
    fc.ipV4(),
    fc.ipV6().filter((text) => parseAddress(text)?.family === 6),
  );
  const noProxy = address.filter((text) => read({ forwardedFor: [text] }) !== 'unclear');

  it('finds the client, whatever it has written before itself', () => {
    fc.assert(
      fc.property(
        fc.string(),
        noProxy,
        fc.array(fc.constantFrom('10.1.2.3', 'fd00::9')),
        (written, client, proxies) => {
          const alone = read({ forwardedFor: [client] });
          fc.pre(!/^(10\.|fd)/.test(alone) || written.replace(/[\s,]/g, '') === '');
          const chain = [client, ...proxies];
          expect(read({ forwardedFor: [`${written},${chain.join(', ')}`] })).to.equal(alone);
          const nodes = chain.map((one) => `for="${one.includes(':') ? `[${one}]` : one}"`);
          expect(read({ forwarded: [written, nodes.join(',')] })).to.equal(alone);
        },
      ),
      { seed: 7, numRuns: 300 },
    );
  });
});

import { expect } from 'chai';
import { formatEncrypted, parseEncrypted } from '../../src/config/encrypted-server.ts';
import { type Case, itSays } from './problems.ts';

describe('config/encrypted-server', () => {
  const addresses = [
    ['tls://9.9.9.9#dns.quad9.net', 'tls://9.9.9.9:853#dns.quad9.net'],
    ['tls://9.9.9.9', 'tls://9.9.9.9:853#9.9.9.9'],
    ['tls://[2620:fe::fe]:8853#DNS.Quad9.Net.', 'tls://[2620:fe::fe]:8853#dns.quad9.net'],
    ['tls://2620:fe::fe', 'tls://[2620:fe::fe]:853#2620:fe::fe'],
    ['tls://[fe80::1%eth0]#router.example', 'tls://[fe80::1%eth0]:853#router.example'],
    ['tls://192.0.2.1#192.0.2.1', 'tls://192.0.2.1:853#192.0.2.1'],
    ['TLS://192.0.2.1#a', 'tls://192.0.2.1:853#a'],
    ['https://9.9.9.9/dns-query#dns.quad9.net', 'https://9.9.9.9:443/dns-query#dns.quad9.net'],
    ['https://[2620:fe::9]:8443/a/b?c=d', 'https://[2620:fe::9]:8443/a/b?c=d#2620:fe::9'],
    ['https://192.0.2.1/dns-query{?dns}', 'https://192.0.2.1:443/dns-query#192.0.2.1'],
  ] as const;
  for (const [text, shown] of addresses) {
    it(`reads ${text} and names it ${shown}`, () => {
      const read = parseEncrypted(text);
      if (typeof read === 'string' || read.kind !== 'server') throw new Error(String(read));
      expect(formatEncrypted(read.endpoint, read.encryption)).to.equal(shown);
      expect(parseEncrypted(shown)).to.deep.equal(read);
    });
  }

  const names = [
    { text: 'tls://dns.example', host: 'dns.example', port: 853, name: 'dns.example' },
    { text: 'tls://Dns.Example.:8853', host: 'dns.example', port: 8853, name: 'dns.example' },
    { text: 'tls://lb.example#dns.example', host: 'lb.example', port: 853, name: 'dns.example' },
    { text: 'https://dns.example/q', host: 'dns.example', port: 443, name: 'dns.example' },
  ];
  for (const { text, host, port, name } of names) {
    it(`reads ${text}, whose address is to be found`, () => {
      const read = parseEncrypted(text);
      expect(read).to.deep.include({ kind: 'named', host, port });
      expect((read as { encryption: { name: string } }).encryption.name).to.equal(name);
    });
  }

  const server = (text: string, wrong: string): Case => ({
    when: `a server is ${text}`,
    text: JSON.stringify(text),
    says: [`1:35: ${JSON.stringify(text)} is not valid: ${wrong}`],
  });
  const noAddress = 'expect one like 192.0.2.1';
  itSays(
    [
      server('tls://', 'it has no host; expect an address or a host name'),
      server('tls://#dns.example', 'it has no host; expect an address or a host name'),
      server('tls://192.0.2.1:0', 'there is no port 0; expect one from 1 to 65535'),
      server('tls://192.0.2.1:65536', 'there is no port 65536; expect one from 1 to 65535'),
      server('tls://dns.example:65536', 'there is no port 65536; expect one from 1 to 65535'),
      server('tls://192.0.2.300', `"192.0.2.300" is no address; ${noAddress}`),
      server(
        'tls://[2001:db8::1',
        '"[2001:db8::1" is no address; expect [2001:db8::1] or [2001:db8::1]:853',
      ),
      server(
        'tls://192.0.2.1/dns-query',
        'tls:// has no path; expect an address like tls://192.0.2.1#dns.example',
      ),
      server('tls://a..b', '"a..b" is no host name; expect one like dns.example'),
      server('tls://a b', '"a b" is no host name; expect one like dns.example'),
      server(
        'tls://192.0.2.1#',
        '"" is no name that a certificate can be for; expect a host name or an IP address',
      ),
      server(
        'tls://192.0.2.1#*.example',
        '"*.example" is no name that a certificate can be for; expect a host name or an IP address',
      ),
      server('tls://192.0.2.1#a#b', 'it has more than one "#"; expect the name behind one'),
      server('tls://user@dns.example', 'it has a user in it; expect none'),
      server('https://dns.example', 'it has no path; expect one like /dns-query behind the host'),
      server('https://u:p@dns.example/q', 'it has a user in it; expect none'),
      server('https:///dns-query', 'it has no host; expect an address or a host name'),
      server('https://192.0.2.1/a b', '"/a b" is no path; expect one like /dns-query'),
    ].map((one) => ({ ...one, text: `${one.text}] } }` })),
    'upstreams: { default: { servers: [',
  );
});

/** Reading a dnsmasq.conf: its files, its grammar, and what is made of lines that a server decides otherwise than one thinks. */

import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { ConfigError } from '../../../src/config/problem.ts';
import { explainQuestion } from '../../../src/explain/explain.ts';
import { askedQuestion, listenersOf } from '../../../src/explain/question.ts';
import { readDnsmasq } from '../../../src/foreign/dnsmasq/dnsmasq.ts';
import { looksLikeDnsmasq } from '../../../src/foreign/dnsmasq/recognition.ts';
import { toPolicy } from '../../../src/foreign/foreign-policy.ts';
import type { HostAddress } from '../../../src/foreign/host.ts';
import { type Prefix, parsePrefix } from '../../../src/net/prefix.ts';

const HOST: readonly HostAddress[] = [
  { name: 'lo', address: prefix('127.0.0.1/32'), network: prefix('127.0.0.0/8') },
  { name: 'eth0', address: prefix('10.1.2.3/32'), network: prefix('10.1.2.0/24') },
];

function prefix(text: string): Prefix {
  return parsePrefix(text) as Prefix;
}

describe('foreign/dnsmasq', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'rcode5-dnsmasq-'));
  });

  afterEach(() => rmSync(folder, { recursive: true }));

  function write(files: Readonly<Record<string, string>>): string {
    for (const [name, text] of Object.entries(files)) {
      const path = join(folder, name);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text.replaceAll('DIR', folder));
    }
    return join(folder, 'dnsmasq.conf');
  }

  /** `RCODE by layer: rule at file:line` */
  function decided(
    file: string,
    client: string,
    name: string,
    type = 'A',
    transport = 'udp',
  ): string {
    const { policy } = toPolicy(file, readDnsmasq(file, HOST));
    const asked = askedQuestion({ client, name, type, transport }, listenersOf(policy));
    if (typeof asked === 'string') throw new Error(asked);
    const { decision } = explainQuestion(policy, asked, 0);
    const { action, rcode, rule } = decision;
    const at = rule?.line ? ` at ${rule.file?.replace(`${folder}/`, '')}:${rule.line}` : '';
    const fate = action === 'forward' || action === 'drop' ? action : rcode;
    return `${fate} by ${rule?.id}${at}`;
  }

  function problemsOf(files: Readonly<Record<string, string>>): readonly string[] {
    const file = write(files);
    try {
      readDnsmasq(file, HOST);
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      return error.problems.map(
        ({ file: at, line, column, message }) =>
          `${at.replace(`${folder}/`, '')}:${line}:${column}: ${message.replaceAll(`${folder}/`, '')}`,
      );
    }
    return [];
  }

  it('reads files and folders in their place, and each once', () => {
    const file = write({
      'dnsmasq.conf': `no-resolv\nno-hosts
conf-file=DIR/more.conf
conf-dir=DIR/d,*.conf
conf-dir=DIR/e,.bak
servers-file=DIR/servers
`,
      'more.conf': 'conf-file=DIR/dnsmasq.conf\nlocal=/more/\n',
      'd/a.conf': 'local=/a/\n',
      'd/b.txt': 'nonsense\n',
      'd/.hidden.conf': 'nonsense\n',
      'e/c': 'local=/c/\n',
      'e/c.bak': 'nonsense\n',
      'e/d~': 'nonsense\n',
      servers: 'server=/s/192.0.2.1\naddress=/s/192.0.2.2\n',
    });
    expect(decided(file, '10.1.2.9', 'x.more')).to.equal('NXDOMAIN by local=/more/ at more.conf:2');
    expect(decided(file, '10.1.2.9', 'x.a')).to.equal('NXDOMAIN by local=/a/ at d/a.conf:1');
    expect(decided(file, '10.1.2.9', 'c')).to.equal('NXDOMAIN by local=/c/ at e/c:1');
    expect(decided(file, '10.1.2.9', 'x.s')).to.equal(
      'forward by server=/s/192.0.2.1 at servers:1',
    );
  });

  it('takes quotes, comments, blanks around = and Windows line ends', () => {
    const file = write({
      'dnsmasq.conf':
        '\uFEFFno-resolv # the router\r\n  no-hosts\r\n\r\nserver = /corp/192.0.2.1#5353\r\ntxt-record=a,"b,#c"\r\n',
    });
    expect(decided(file, '10.1.2.9', 'a.corp')).to.equal(
      'forward by server=/corp/192.0.2.1#5353 at dnsmasq.conf:4',
    );
    expect(decided(file, '10.1.2.9', 'a', 'TXT')).to.equal(
      'NOERROR by local data of a at dnsmasq.conf:5',
    );
  });

  it('serves networks of the host alone with local-service, and all without', () => {
    const plain = 'no-resolv\nno-hosts\nserver=192.0.2.1\nlocal-service\n';
    const file = write({ 'dnsmasq.conf': plain });
    const local = 'drop by local-service: no network of this host at dnsmasq.conf:4';
    const served = 'forward by server=192.0.2.1 at dnsmasq.conf:3';
    expect(decided(file, '10.1.3.9', 'x')).to.equal(local);
    expect(decided(file, '10.1.2.9', 'x')).to.equal(served);
    const opened = write({ 'dnsmasq.conf': `${plain}interface=eth0\n` });
    expect(decided(opened, '10.1.3.9', 'x')).to.equal(served);
  });

  const PRECEDENCE: readonly (readonly [string, string, string, string, string])[] = [
    ['an address for its type alone', 'address=/x/192.0.2.9', 'x', 'AAAA', 'forward'],
    [
      'an address over a server of its domain',
      'server=/x/192.0.2.2\naddress=/x/192.0.2.9',
      'x',
      'A',
      'NOERROR',
    ],
    [
      'the longest domain that has something',
      'local=/lan/\naddress=/a.lan/192.0.2.9',
      'a.lan',
      'MX',
      'NXDOMAIN',
    ],
    [
      'NODATA for a name with other records',
      'local=/lan/\nhost-record=a.lan,192.0.2.9',
      'a.lan',
      'MX',
      'NOERROR',
    ],
    ['NODATA above a name', 'local=/lan/\nhost-record=a.b.lan,192.0.2.9', 'b.lan', 'A', 'NOERROR'],
    ['NXDOMAIN at a name of dns-rr', 'local=/lan/\ndns-rr=a.lan,51,00', 'a.lan', 'A', 'NXDOMAIN'],
    ['what ends so for *', 'local=/*x/', 'ax', 'A', 'NXDOMAIN'],
    ['not the domain itself for *.', 'local=/*.x/', 'x', 'A', 'forward'],
    ['simple names for //', 'local=//', 'printer', 'MX', 'NXDOMAIN'],
    ['simple names for # before others', 'address=/#/lan/192.0.2.9', 'printer', 'MX', 'REFUSED'],
    ['domain-needed for addresses alone', 'domain-needed', 'printer', 'MX', 'forward'],
    ['the alias alone', 'cname=a.lan,b.example', 'a.lan', 'A', 'NOERROR'],
    ['private reverse names', 'bogus-priv', '1.2.0.192.in-addr.arpa', 'PTR', 'NXDOMAIN'],
    [
      'a server for them',
      'bogus-priv\nrev-server=192.0.2.0/24,192.0.2.2',
      '1.2.0.192.in-addr.arpa',
      'PTR',
      'forward',
    ],
    [
      'prefixes within an octet',
      'rev-server=192.168.0.0/22',
      '1.3.168.192.in-addr.arpa',
      'PTR',
      'NXDOMAIN',
    ],
    [
      'nothing beyond these',
      'rev-server=192.168.0.0/22',
      '1.4.168.192.in-addr.arpa',
      'PTR',
      'forward',
    ],
  ];
  for (const [what, lines, name, type, fate] of PRECEDENCE) {
    it(`knows ${what}`, () => {
      const file = write({ 'dnsmasq.conf': `no-resolv\nno-hosts\nserver=192.0.2.1\n${lines}\n` });
      expect(decided(file, '10.1.2.9', name, type)).to.match(new RegExp(`^${fate} by`));
    });
  }

  it('refuses what it has no server for', () => {
    const file = write({ 'dnsmasq.conf': 'no-resolv\nno-hosts\nserver=//192.0.2.1\n' });
    expect(decided(file, '10.1.2.9', 'printer')).to.equal('REFUSED by no server for the name');
  });

  it('reports everything that is wrong, each with its place', () => {
    const found = problemsOf({
      'dnsmasq.conf': `no-resolv\nno-hosts
nonsense=1
  address=/x/nowhere
server=192.0.2.1#99999
no-hosts=yes
listen-address
txt-record=a,"open
cname=a,b
cname=a,c
cname=x,y
cname=y,x
port=53
port=54
conf-file=DIR/missing
conf-dir=DIR/nowhere
rev-server=192.0.2.0/40
auth-zone=example.com
`,
    });
    expect(found).to.deep.equal([
      'dnsmasq.conf:8:1: a quotation is not closed on its line; expect "',
      'dnsmasq.conf:3:1: "nonsense" is no option of dnsmasq 2.90; expect one like server=192.0.2.1',
      'dnsmasq.conf:6:1: no-hosts takes no value; expect no-hosts alone',
      'dnsmasq.conf:7:1: listen-address needs a value; expect listen-address=…',
      'dnsmasq.conf:14:1: port stands twice; expect it once',
      'dnsmasq.conf:15:1: missing cannot be read: there is no such file; expect a dnsmasq.conf',
      'dnsmasq.conf:16:1: nowhere cannot be read; expect a folder of configuration files',
      'dnsmasq.conf:10:1: cname: a has a target already; expect one for each alias',
      'dnsmasq.conf:11:1: cname: x leads back to itself; expect an end',
      'dnsmasq.conf:12:1: cname: y leads back to itself; expect an end',
      'dnsmasq.conf:4:3: address: "nowhere" is no address; expect address=/example.com/192.0.2.1',
      'dnsmasq.conf:5:1: server: "192.0.2.1#99999" is no server; expect one like 192.0.2.1 or 192.0.2.1#5353',
      'dnsmasq.conf:17:1: rev-server: "192.0.2.0/40" is no prefix; expect one like 192.0.2.0/24',
      'dnsmasq.conf:18:1: auth-zone needs auth-server; expect auth-server=ns.example.com',
    ]);
  });

  it('lists what it does not model, with whether it decides', () => {
    const file = write({
      'dnsmasq.conf':
        'no-resolv\nno-hosts\nbogus-nxdomain=192.0.2.1\nsynth-domain=lan,192.0.2.0/24\n',
    });
    const { left } = readDnsmasq(file, HOST);
    expect(left.map(({ what, decides, place }) => [what, decides, place.line])).to.deep.equal([
      ['bogus-nxdomain=192.0.2.1', false, 3],
      ['synth-domain=lan,192.0.2.0/24', true, 4],
    ]);
  });

  it('lets those of auth-peer transfer a zone, and nobody by UDP', () => {
    const file = write({
      'dnsmasq.conf':
        'no-resolv\nno-hosts\nauth-server=ns.zone.example\nauth-zone=zone.example\nauth-peer=10.1.2.9\n',
    });
    const by = (client: string, transport: string) =>
      decided(file, client, 'zone.example', 'AXFR', transport);
    expect(by('10.1.2.9', 'tcp')).to.equal('NOERROR by auth-zone=zone.example at dnsmasq.conf:4');
    expect(by('10.1.2.9', 'udp')).to.equal('drop by no transfer by UDP at dnsmasq.conf:4');
    const refused = 'by auth-peer: no transfer for this client at dnsmasq.conf:4';
    expect(by('10.1.2.8', 'tcp')).to.equal(`REFUSED ${refused}`);
    expect(by('10.1.2.8', 'udp')).to.equal(`drop ${refused}`);
  });

  it('names a file that may not be read', function () {
    if (process.getuid?.() === 0) return this.skip();
    const file = write({ 'dnsmasq.conf': 'conf-file=DIR/secret\n', secret: 'no-resolv\n' });
    chmodSync(join(folder, 'secret'), 0);
    expect(() => readDnsmasq(file, HOST)).to.throw(/you have no permission to read it/);
  });

  it('is recognised by most of its lines', () => {
    expect(looksLikeDnsmasq('# mine\ndomain-needed\nserver=192.0.2.1\n')).to.equal(true);
    expect(looksLikeDnsmasq('domain-needed\nservre=192.0.2.1\nbogus-priv\n')).to.equal(true);
    expect(looksLikeDnsmasq('upstreams: { default: { servers: [192.0.2.1] } }\n')).to.equal(false);
    expect(looksLikeDnsmasq('nameserver 192.0.2.1\noptions edns0\n')).to.equal(false);
    expect(looksLikeDnsmasq('')).to.equal(false);
  });
});

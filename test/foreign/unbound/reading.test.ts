import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { ConfigError } from '../../../src/config/problem.ts';
import { toPolicy } from '../../../src/foreign/foreign-policy.ts';
import { looksLikeUnbound } from '../../../src/foreign/unbound/recognition.ts';
import { readUnbound } from '../../../src/foreign/unbound/unbound.ts';
import { outcomeBy } from '../differential/outcome.ts';
import type { Question } from '../differential/question.ts';

const ASKED: Question = {
  client: '10.1.2.3',
  name: 'www.example',
  type: 'A',
  rrClass: 'IN',
  opcode: 'QUERY',
  rd: true,
  transport: 'udp',
};

describe('foreign/unbound, reading', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'rcode5-unbound-'));
  });

  afterEach(() => rmSync(folder, { recursive: true }));

  function write(name: string, text: string): string {
    const file = join(folder, name);
    writeFileSync(file, text);
    return file;
  }

  /** The problems, each as `line:column: message`, the folder left out. */
  function problemsOf(text: string): string[] {
    try {
      readUnbound(write('unbound.conf', text));
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      return error.message.replaceAll(`${folder}/`, '').split('\n');
    }
    return [];
  }

  const FAULTS: readonly (readonly [string, string, RegExp])[] = [
    [
      'an option in no clause',
      'port: 53\n',
      /^unbound.conf:1:1: port stands in no clause; expect "server:"/,
    ],
    ['an option nobody knows', 'server:\n  prot: 53\n', /^unbound.conf:2:3: .* no option "prot"/],
    [
      'a value too few',
      'server:\n  access-control: 10.0.0.0/8\n',
      /^unbound.conf:2:3: .* 1 values/,
    ],
    [
      'an action that is none',
      'server:\n  access-control: 10.0.0.0/8 alow\n',
      /^unbound.conf:2:30: "alow" is no action; expect deny/,
    ],
    [
      'a prefix that is none',
      'server:\n  access-control: 10.0.0.0/33 allow\n',
      /^unbound.conf:2:19: "10.0.0.0\/33" is not a prefix/,
    ],
    [
      'a type that is none',
      'server:\n  local-zone: "x.example" statik\n',
      /^unbound.conf:2:27: "statik" is not a type/,
    ],
    [
      'a tag that nobody defines',
      'server:\n  local-zone: x.example static\n  local-zone-tag: x.example "red"\n',
      /^unbound.conf:3:29: tag "red" is not defined/,
    ],
    [
      'a tag of a zone that is not there',
      'server:\n  define-tag: "red"\n  local-zone-tag: x.example "red"\n',
      /^unbound.conf:3:19: there is no local-zone "x.example"/,
    ],
    [
      'an override of a zone that is not there',
      'server:\n  local-zone-override: x.example 10.0.0.0/8 refuse\n',
      /^unbound.conf:2:24: there is no local-zone "x.example"/,
    ],
    [
      'a view that is not there',
      'server:\n  access-control-view: 10.0.0.0/8 guests\n',
      /^unbound.conf:2:35: there is no view "guests"/,
    ],
    [
      'data below a zone that redirects',
      'server:\n  local-zone: x.example redirect\n  local-data: "www.x.example A 192.0.2.1"\n',
      /^unbound.conf:3:3: "www.x.example" is below "x.example"/,
    ],
    [
      'a record that is none',
      'server:\n  local-data: "x.example A nowhere"\n',
      /^unbound.conf:2:15: local-data: /,
    ],
    [
      'a zone without a name',
      'forward-zone:\n  forward-addr: 192.0.2.1\n',
      /^unbound.conf:1:1: .* name/,
    ],
    ['an open string', 'server:\n  identity: "me\n', /^unbound.conf:2:13: a string is not closed/],
    [
      'a flag that is neither',
      'server:\n  deny-any: maybe\n',
      /^unbound.conf:2:13: deny-any: "maybe"; expect yes or no/,
    ],
    [
      'a file that is not there',
      'include: "nowhere.conf"\n',
      /^unbound.conf:1:10: nowhere.conf cannot be read: there is no such file/,
    ],
    [
      'a file that includes itself',
      'include: "unbound.conf"\n',
      /^unbound.conf:1:10: unbound.conf includes unbound.conf: a circle/,
    ],
  ];

  for (const [what, text, message] of FAULTS) {
    it(`reports ${what} with its place`, () => {
      const problems = problemsOf(text);
      expect(
        problems.some((problem) => message.test(problem)),
        `${problems.join('\n')}\n${message}`,
      ).to.equal(true);
    });
  }

  it('reports all problems at once', () => {
    const text = 'server:\n  prot: 53\n  access-control: 10.0.0.0/33 allow\n  deny-any: maybe\n';
    expect(problemsOf(text)).to.have.length(3);
  });

  it('never shows what may be a secret', () => {
    const text =
      'server:\n  server-key-file: a b\n  cookie-secret: 000102030405060708090a0b0c0d0e0f x\n';
    const problems = problemsOf(text);
    expect(problems).not.to.deep.equal([]);
    expect(problems.join('\n')).not.to.include('0001020304');
  });

  it('reads Windows line ends, and lines count as they do elsewhere', () => {
    expect(problemsOf('server:\r\n  port: 53\r\n  prot: 53\r\n')[0]).to.match(
      /^unbound.conf:3:3: /,
    );
    expect(problemsOf('\uFEFFserver:\r\n  port: 53\r\n')).to.deep.equal([]);
  });

  it('reads a hardened file of a system, with all that is passed over', () => {
    const text = `
server:
    verbosity: 1
    interface: 0.0.0.0
    interface: ::0
    port: 53
    do-ip4: yes
    do-ip6: yes
    access-control: 192.168.0.0/16 allow
    access-control: 2001:db8::/32 allow
    root-hints: "/usr/share/dns/root.hints"
    auto-trust-anchor-file: "/var/lib/unbound/root.key"
    hide-identity: yes
    hide-version: yes
    harden-glue: yes
    harden-dnssec-stripped: yes
    harden-referral-path: no
    harden-algo-downgrade: no
    use-caps-for-id: no
    edns-buffer-size: 1232
    prefetch: yes
    prefetch-key: yes
    num-threads: 2
    msg-cache-slabs: 4
    rrset-cache-size: 256m
    msg-cache-size: 128m
    so-rcvbuf: 1m
    cache-min-ttl: 60
    cache-max-ttl: 86400
    serve-expired: yes
    qname-minimisation: yes
    aggressive-nsec: yes
    private-domain: "corp.example"
    unwanted-reply-threshold: 10000
    tls-cert-bundle: /etc/ssl/certs/ca-certificates.crt
    statistics-interval: 0
    extended-statistics: yes
    log-queries: no
    minimal-responses: yes
    module-config: "validator iterator"
python:
dynlib:
remote-control:
    control-enable: yes
    control-interface: /run/unbound.ctl
forward-zone:
    name: "."
    forward-tls-upstream: yes
    forward-addr: 192.0.2.53@853#dns.example
`;
    expect(problemsOf(text)).to.deep.equal([]);
  });

  for (const [first, last] of [
    ['refuse', 'allow'],
    ['allow', 'refuse'],
  ] as const) {
    it(`takes the last of two lines for a netblock: ${first}, then ${last}`, () => {
      const lines = [first, last].map((action) => `  access-control: 10.0.0.0/8 ${action}\n`);
      const config = write('unbound.conf', `server:\n${lines.join('')}`);
      const { policy } = toPolicy(config, readUnbound(config));
      const { fate } = outcomeBy(policy, ASKED);
      expect(fate).to.equal(last === 'refuse' ? 'REFUSED' : 'forward');
    });
  }

  it('names what it does not model', () => {
    const file = write(
      'unbound.conf',
      'server:\n  ratelimit: 100\n  private-address: 10.0.0.0/8\n',
    );
    expect(readUnbound(file).left.map(({ what, decides }) => [what, decides])).to.deep.equal([
      ['ratelimit: 100', true],
      ['private-address: 10.0.0.0/8', true],
    ]);
  });

  for (const [text, isUnbound] of [
    ['server:\n  interface: 127.0.0.1\n', true],
    ['# ours\ninclude-toplevel: "/etc/unbound/unbound.conf.d/*.conf"\n', true],
    ['forward-zone:\n\tname: "."\n\tforward-addr: 192.0.2.1\n', true],
    ['options { };', false],
    ['upstreams: { default: { servers: [192.0.2.1] } }', false],
    ['. {\n  forward . 192.0.2.1\n}\n', false],
    ['setLocal("127.0.0.1:53")\nnewServer({address="192.0.2.1"})', false],
  ] as const) {
    it(`${isUnbound ? 'recognises' : 'does not take'} ${JSON.stringify(text.slice(0, 40))}`, () => {
      expect(looksLikeUnbound(text)).to.equal(isUnbound);
    });
  }
});

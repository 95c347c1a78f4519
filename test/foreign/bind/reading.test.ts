import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { ConfigError } from '../../../src/config/problem.ts';
import { readBind } from '../../../src/foreign/bind/bind.ts';
import { looksLikeBind } from '../../../src/foreign/bind/recognition.ts';

const SECRET = 'bm9ib2R5IG1heSBzZWUgdGhpcw==';

describe('foreign/bind, reading', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'rcode5-bind-'));
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
      readBind(write('named.conf', text), []);
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      return error.message.replaceAll(`${folder}/`, '').split('\n');
    }
    return [];
  }

  const FAULTS: readonly (readonly [string, string, readonly RegExp[]])[] = [
    [
      'half a file',
      'options {\n  recursion yes;\n',
      [
        /^named.conf:3:1: the file ends within \{ of line 1; expect \}$/,
        /the file ends within options/,
      ],
    ],
    [
      'a missing semicolon',
      'options { recursion yes };',
      [/^named.conf:1:25: a list ends within recursion; expect ;$/],
    ],
    ['a brace too many', 'options { };\n};', [/^named.conf:2:1: \} closes nothing/]],
    [
      'an open string',
      'include "keys.conf;\noptions { };',
      [/^named.conf:1:9: a string is not closed/, /keys.conf; cannot be read/],
    ],
    ['an open comment', '/* all of it\noptions { };', [/^named.conf:1:1: a comment is not closed/]],
    [
      'a word nobody knows',
      'options { recusion yes; };',
      [/^named.conf:1:11: BIND 9.18 knows no recusion in options/],
    ],
    [
      'an option twice',
      'options {\nrecursion yes;\nrecursion no;\n};',
      [/^named.conf:3:1: recursion is at line 2 already/],
    ],
    [
      'a list that nobody defines',
      'options { allow-query { internel; }; };',
      [/^named.conf:1:25: "internel" is no acl that is defined/],
    ],
    [
      'a prefix with bits behind its length',
      'options { allow-query { 10.0.0.1/8; }; };',
      [/bits set behind its length; expect 10.0.0.0\/8/],
    ],
    ['a list that stands for itself', 'acl a { b; };\nacl b { a; };', [/stands for itself/]],
    [
      'a zone without a type',
      'zone "x.example" { file "x"; };',
      [/^named.conf:1:1: zone "x.example" has no type/],
    ],
    [
      'a type that is none',
      'zone "x.example" { type prime; };',
      [/^named.conf:1:25: "prime" is not a type of zone/],
    ],
    [
      'a zone beside views',
      'view a { };\nzone "x.example" { type hint; };',
      [/^named.conf:2:1: a zone outside of the views/],
    ],
    [
      'a file that is not there',
      'include "nowhere.conf";',
      [/^named.conf:1:9: nowhere.conf cannot be read: there is no such file/],
    ],
    ['includes that match nothing', 'include "*.nothing";', [/^named.conf:1:9: no file matches/]],
    [
      'a file that includes itself',
      'include "named.conf";',
      [/^named.conf:1:9: named.conf includes named.conf: a circle/],
    ],
  ];

  for (const [what, text, messages] of FAULTS) {
    it(`reports ${what} with its place`, () => {
      const problems = problemsOf(text);
      for (const message of messages) {
        expect(
          problems.some((problem) => message.test(problem)),
          `${problems.join('\n')}\n${message}`,
        ).to.equal(true);
      }
    });
  }

  it('reports all problems at once', () => {
    const text = 'options { recusion yes; allow-query { nobody; }; };\nzone "x" { type prime; };';
    expect(problemsOf(text)).to.have.length(3);
  });

  it('never shows a secret, whatever is wrong around it', () => {
    for (const text of [
      `key k { algorithm hmac-sha256; secret "${SECRET}" };`,
      `key k { algorithm hmac-sha256; secret "${SECRET}`,
      `key k { algorithm hmac-sha256; secret ${SECRET} `,
      `secret "${SECRET}";`,
    ]) {
      const problems = problemsOf(text);
      expect(problems).not.to.deep.equal([]);
      expect(problems.join('\n')).not.to.include(SECRET.slice(0, 8));
    }
  });

  it('reads Windows line ends, and lines count as they do elsewhere', () => {
    expect(problemsOf('options {\r\n  recursion yes;\r\n  recusion no;\r\n};\r\n')[0]).to.match(
      /^named.conf:3:3: /,
    );
    expect(problemsOf('\uFEFFoptions {\r\n  recursion yes;\r\n};\r\n')).to.deep.equal([]);
  });

  it('reads a file of a system, with all that is passed over', () => {
    const text = `
controls { inet 127.0.0.1 port 953 allow { 127.0.0.1; } keys { "rndc-key"; }; };
logging { channel default_log { file "named.log" versions 3 size 5m; severity info; print-time yes; }; category default { default_log; }; };
statistics-channels { inet 127.0.0.1 port 8080 allow { 127.0.0.1; }; };
key "rndc-key" { algorithm hmac-sha256; secret "${SECRET}"; };
primaries upstream { 192.0.2.1 key "rndc-key"; };
tls local { cert-file "c.pem"; key-file "k.pem"; };
server 192.0.2.1 { bogus yes; };
trust-anchors { . initial-key 257 3 8 "AwEAAa"; };
options {
  directory "/var/cache/bind";
  dnssec-validation auto;
  listen-on { any; };
  listen-on-v6 { any; };
  also-notify { 192.0.2.9 port 5353; };
  querylog yes;
  version none;
};
zone "." { type hint; file "/usr/share/dns/root.hints"; };
zone "example.com" { type secondary; primaries { 192.0.2.1; }; file "example.com"; allow-transfer { none; }; };
`;
    expect(problemsOf(text)).to.deep.equal([]);
  });

  it('names what it does not model', () => {
    const file = write(
      'named.conf',
      'options { rate-limit { responses-per-second 5; }; allow-query { geoip country DE; any; }; };',
    );
    const { left } = readBind(file, []);
    expect(left.map(({ what, decides }) => [what, decides])).to.deep.equal([
      ['rate-limit', true],
      ['geoip country DE', true],
    ]);
  });

  for (const [text, isBind] of [
    ['options { };', true],
    ['// a comment\nacl internal { 10/8; };', true],
    ['include "/etc/bind/named.conf.options";\ninclude "/etc/bind/named.conf.local";', true],
    ['zone "example.com" IN {\n  type master;\n};', true],
    ['upstreams: { default: { servers: [192.0.2.1] } }', false],
    ['server:\n  interface: 127.0.0.1\n', false],
    ['. {\n  forward . 192.0.2.1\n}\n', false],
    ['setLocal("127.0.0.1:53")\nnewServer({address="192.0.2.1"})', false],
    ['server=192.0.2.1\naddress=/x.example/192.0.2.2\n', false],
  ] as const) {
    it(`${isBind ? 'recognises' : 'does not take'} ${JSON.stringify(text.slice(0, 40))}`, () => {
      expect(looksLikeBind(text)).to.equal(isBind);
    });
  }
});

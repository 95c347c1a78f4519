/** What is wrong with a configuration of another server is said in a sentence, with its place; secrets are not. */

import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { ConfigError } from '../../src/config/problem.ts';
import { readForeignPolicy } from '../../src/foreign/readers.ts';

const FILES: Readonly<Record<string, string>> = {
  bind: 'named.conf',
  unbound: 'unbound.conf',
  dnsmasq: 'dnsmasq.conf',
  coredns: 'Corefile',
  dnsdist: 'dnsdist.conf',
  pihole: 'pihole.toml',
  adguard: 'AdGuardHome.yaml',
  resolv: 'resolv.conf',
};

/** Program, what is wrong, the text (`@` is the folder), and what is said. */
const WRONG: readonly (readonly [string, string, string, RegExp])[] = [
  ['bind', 'half a file', 'options {\n  recursion yes;\n', /named\.conf:\d+:\d+: /],
  ['unbound', 'half a file', 'server:\n  access-control: 10.0.0.0/8\n', /unbound\.conf:2:\d+: /],
  ['dnsmasq', 'half a file', 'server=192.0.2.1\naddress="/x\n', /dnsmasq\.conf:2:\d+: /],
  ['coredns', 'half a file', '. {\n  forward . 192.0.2.1\n', /Corefile:\d+:\d+: /],
  ['dnsdist', 'half a file', 'setACL({"10.0.0.0/8"\n', /dnsdist\.conf:\d+:\d+: /],
  ['pihole', 'half a file', '[dns]\nupstreams = [ "192.0.2.1"\n', /pihole\.toml:\d+:\d+: /],
  ['adguard', 'half a file', 'dns:\n  upstream_dns: [a\n', /AdGuardHome\.yaml:\d+:\d+: /],
  [
    'bind',
    'an include that is not there',
    'include "@/none.conf";\n',
    /named\.conf:1:\d+: .*none\.conf.*no such file/,
  ],
  [
    'unbound',
    'an include that is not there',
    'server:\ninclude: "@/none.conf"\n',
    /unbound\.conf:2:\d+: .*none\.conf/,
  ],
  [
    'dnsmasq',
    'an include that is not there',
    'conf-file=@/none.conf\n',
    /dnsmasq\.conf:1:\d+: .*none\.conf.*no such file/,
  ],
  [
    'dnsmasq',
    'a folder that is not there',
    'conf-dir=@/none.d\n',
    /dnsmasq\.conf:1:\d+: .*none\.d cannot be read/,
  ],
  [
    'coredns',
    'an import that is not there',
    '. {\n  import nothing\n}\n',
    /Corefile:2:\d+: .*nothing/,
  ],
  ['bind', 'a circle', 'include "@/named.conf";\n', /named\.conf:1:\d+: .*(?:deep|circle)/],
  [
    'unbound',
    'a circle',
    'server:\ninclude: "@/unbound.conf"\n',
    /unbound\.conf:\d+:\d+: .*(?:deep|circle)/,
  ],
  ['coredns', 'a circle', '. {\n  import @/Corefile\n}\n', /Corefile:\d+:\d+: .*(?:deep|circle)/],
  [
    'bind',
    'a word of another version',
    'options { fetch-glue yes; };\n',
    /named\.conf:1:\d+: .*fetch-glue/,
  ],
  [
    'unbound',
    'a word of another version',
    'server:\n  not-yet: yes\n',
    /unbound\.conf:2:\d+: .*not-yet/,
  ],
  [
    'dnsmasq',
    'a word of another version',
    'not-yet\n',
    /dnsmasq\.conf:1:\d+: "not-yet" is no option/,
  ],
  [
    'resolv',
    'a word of another version',
    'servers 192.0.2.1\n',
    /resolv\.conf:1:\d+: "servers" is no word/,
  ],
  ...Object.entries(FILES).map(
    ([program, file]) =>
      [program, 'what is no text', 'a\0b', new RegExp(`${file}:1:1: .*is not a text`)] as const,
  ),
];

/** The same text decides the same with Windows line ends. */
const RIGHT: Readonly<Record<string, string>> = {
  bind: 'options {\n  recursion no;\n  allow-query { 10.0.0.0/8; };\n};\n',
  unbound: 'server:\n  access-control: 10.0.0.0/8 allow\n  local-zone: "x.example" refuse\n',
  dnsmasq: 'no-resolv\nno-hosts\nserver=192.0.2.1\naddress=/x.example/192.0.2.2\n',
  coredns: '. {\n  acl {\n    allow net 10.0.0.0/8\n    block\n  }\n  forward . 192.0.2.1\n}\n',
  dnsdist: 'setACL({"10.0.0.0/8"})\nnewServer("192.0.2.1")\n',
  pihole: '[dns]\nupstreams = [ "192.0.2.1" ]\nlisteningMode = "ALL"\n',
  adguard: 'dns:\n  upstream_dns:\n    - 192.0.2.1\n  refuse_any: true\nschema_version: 29\n',
  resolv: '# a comment\nnameserver 192.0.2.1\n',
};

const SECRETS: readonly (readonly [string, string])[] = [
  [
    'bind',
    'key "k" { algorithm hmac-sha256; secret "aHVzaC1odXNo"; };\noptions { nonsense yes; };\n',
  ],
  ['dnsdist', 'setKey("aHVzaC1odXNo")\nwebserver("127.0.0.1:1", "aHVzaC1odXNo")\nnonsense("x")\n'],
  [
    'pihole',
    '[dns]\nupstreams = [ "192.0.2.1" ]\nnonsense = 1\n[webserver.api]\npwhash = "aHVzaC1odXNo"\n',
  ],
  [
    'adguard',
    'users: [{ name: a, password: aHVzaC1odXNo }]\ndns: { upstream_dns: ["[/a..b/]192.0.2.1"] }\n',
  ],
];

describe('foreign: bad input', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'rcode5-bad-'));
  });

  afterEach(() => rmSync(folder, { recursive: true }));

  function read(program: string, text: string) {
    const file = join(folder, FILES[program]!);
    writeFileSync(file, text.replaceAll('@', folder));
    return readForeignPolicy(file, program);
  }

  /** All that is said of it, in whatever way. */
  function saidOf(program: string, text: string): string {
    try {
      const { left, policy } = read(program, text);
      return JSON.stringify([left, policy.verdicts.map(({ rule }) => rule)]);
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      return error.message;
    }
  }

  for (const [program, what, text, expected] of WRONG) {
    it(`reports ${what} of ${program} with its place`, () => {
      expect(() => read(program, text)).to.throw(ConfigError, expected);
    });
  }

  it('passes over a file that dnsmasq has read already: a circle ends', () => {
    const { left } = read('dnsmasq', 'no-hosts\nconf-file=@/dnsmasq.conf\n');
    expect(left).to.deep.equal([]);
  });

  it('lists plugins that nobody knows', () => {
    const { left } = read(
      'coredns',
      '. {\n  nobody knows {\n    it all\n  }\n  forward . 192.0.2.1\n}\n',
    );
    expect(left.map(({ what, decides, place }) => [what, decides, place.line])).to.deep.equal([
      ['nobody', true, 2],
    ]);
  });

  for (const [program, text] of Object.entries(RIGHT)) {
    it(`reads Windows line ends of ${program}`, () => {
      const rules = (written: string) =>
        read(program, written).policy.verdicts.map(({ rule: { id, line } }) => `${id}:${line}`);
      expect(rules(text.replaceAll('\n', '\r\n'))).to.deep.equal(rules(text));
    });
  }

  for (const [program, text] of SECRETS) {
    it(`never shows a secret of ${program}, whatever is wrong beside it`, () => {
      const said = saidOf(program, text);
      expect(said).to.match(/nonsense|a\.\.b/);
      expect(said).not.to.contain('aHVzaC1odXNo');
    });
  }

  it('names a file that may not be read', function () {
    // Root may read all.
    if (process.getuid?.() === 0) this.skip();
    const key = join(folder, 'rndc.key');
    writeFileSync(key, 'key "k" { secret "aHVzaC1odXNo"; };\n');
    chmodSync(key, 0o000);
    const expected = /named\.conf:1:\d+: .*rndc\.key cannot be read: you have no permission/;
    expect(() => read('bind', 'include "@/rndc.key";\n')).to.throw(ConfigError, expected);
  });
});

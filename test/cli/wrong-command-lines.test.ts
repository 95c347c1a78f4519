import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { runProgram } from '../world/run-program.ts';

/** A command line, and what it is told: what is wrong, and what is expected in its place. */
const WRONG: readonly (readonly [line: string, says: RegExp])[] = [
  ['-c good.yaml', /^-c stands where a command is expected; expect rcode5 COMMAND -c$/],
  ['chek -c good.yaml', /^there is no command chek; did you mean check\?$/],
  ['check --conifg good.yaml', /^there is no option --conifg; did you mean --config\?$/],
  ['check good.yaml', /^check takes no operand, and "good\.yaml" is one; expect -c good\.yaml if/],
  ['reload now', /^reload takes no operand, and "now" is one; expect rcode5 reload without it$/],
  ['check -c', /^-c has no value; expect -c FILE$/],
  [
    'check -c --json',
    /^-c has no value before --json; expect -c FILE, or -c--json if that is the value$/,
  ],
  ['check --json=yes', /^--json takes no value; expect --json alone$/],
  ['check -c none.yaml', /^none\.yaml:1:1: cannot be read: ENOENT.*; expect a configuration file$/],
  ['check -c .', /^\.:1:1: cannot be read: EISDIR.*; expect a configuration file$/],
  ['check -c good.yaml --from bindd', /^--from bindd: expect rcode5 or one of bind, /],
  ['explain -c good.yaml --name a.example', /^client is missing: expect an IPv4 or IPv6 address$/],
  [
    'explain -c good.yaml --client 10.0.0.300 --name a.example',
    /^client 10\.0\.0\.300: expect an IPv4 or IPv6 address$/,
  ],
  [
    'explain -c good.yaml --client ::1 --name https://www.example.com/x',
    /^"https:.*" is not a domain name; expect its host name alone: www\.example\.com$/,
  ],
  [
    'explain -c good.yaml --client ::1 --name a..example',
    /^name a\.\.example: expect a domain name, not an empty label$/,
  ],
  [
    'explain -c good.yaml --client ::1 --name a.example --type AAAAA',
    /^type AAAAA: expect one like A, AAAA or TYPE65$/,
  ],
  [
    'explain -c good.yaml --client ::1 --name a.example --transport quic',
    /^transport quic: expect one of udp, tcp, dot, doh$/,
  ],
  ['diff good.yaml', /^expect two configurations, OLD and NEW$/],
  ['test -c good.yaml', /^good\.yaml names no assertions; expect a file of assertions$/],
  ['import none.conf', /^none\.conf.* no such file; expect a configuration$/],
  ['import good.yaml', /^good\.yaml: nobody knows what it is for; expect the configuration of /],
  ['diagnose', /^expect one NAME, like www\.example\.com$/],
  ['diagnose a.example', /^--server is missing; expect the address of a DNS server at least$/],
  [
    'diagnose a.example --server 127.0.0.1:99999',
    /^--server 127\.0\.0\.1:99999: expect an address like/,
  ],
  [
    'diagnose a.example --server 127.0.0.1 --timeout never',
    /^--timeout never: expect a duration from 1ms/,
  ],
  ['log none.log', /^none\.log: there is no such file; expect the file that decisionLog\.to names/],
  ['log good.yaml --since noon', /^--since: "noon" is not a time; expect a duration like 10m/],
  ['log good.yaml --since 1h --since 2h', /^--since is given twice; expect it once$/],
  [
    'log good.yaml --type A --type AAAAA',
    /^--type: "AAAAA" is not a type; expect one like AAAA or TYPE65280$/,
  ],
  ['log good.yaml --layer firewall', /^--layer: "firewall" is not known; expect protocol, acl, /],
  [
    'log good.yaml --timezone Moon',
    /^--timezone: "Moon" is not known; expect one like Europe\/Berlin/,
  ],
  ['log good.yaml --utc --timezone UTC', /^--timezone: expect either it or --utc, not both$/],
  ['report good.yaml --by colour', /^--by: "colour" is not known; expect layer, rule, /],
  ['report good.yaml --top 0', /^--top: 0 is not a number of rows; expect 1 to 4096$/],
  [
    'status --admin ftp://127.0.0.1',
    /^--admin ftp:\/\/127\.0\.0\.1: expect a URL like http:\/\/127\.0\.0\.1:8053$/,
  ],
  ['status --admin 127.0.0.1:8053', /^--admin 127\.0\.0\.1:8053: expect a URL like http:/],
  [
    'pause --client 10.0.0',
    /^--client: "10.0.0" is not an address or a prefix; expect one like 10\./,
  ],
  ['log a.log --client lan', /^--client: "lan" is not an address or a prefix; expect one, or -c /],
  ['log a.log -c good.yaml --client lan', /^--client: no client is named lan; expect an address/],
  ['explain -c good.yaml --client lan --name a.example', /^no client is named lan; expect an addr/],
  [
    'log a.log --name https://a.example/x',
    /not a domain name; expect its host name alone: a.example$/,
  ],
  ['lgo', /^there is no command lgo; did you mean log\?$/],
  ['flush http://a.example', /is not a domain name; expect its host name alone: a\.example$/],
  ['init -o good.yaml', /^good\.yaml is there already; expect a file that does not exist$/],
];

describe('cli/wrong command lines', () => {
  let folder = '';
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'rcode5-wrong-'));
    writeFileSync(join(folder, 'good.yaml'), 'upstreams: { default: { servers: [192.0.2.1] } }\n');
  });
  after(() => rmSync(folder, { recursive: true }));

  for (const [line, says] of WRONG) {
    it(`rcode5 ${line}`, async () => {
      const { code, stdout, stderr } = await runProgram(line.split(' '), { folder });
      const [first, ...rest] = stderr.trimEnd().split('\n');
      expect({ code, stdout }).to.deep.equal({ code: 2, stdout: '' });
      expect(first).to.match(says);
      // How the command is used, in one line of a terminal, or nothing.
      expect(rest.length).to.be.at.most(1);
      expect(rest.join('').length).to.be.at.most(120);
    });
  }
});

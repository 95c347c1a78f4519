import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { runProgram } from '../world/run-program.ts';

const UPSTREAMS = 'upstreams: { default: { servers: [192.0.2.1] } }\n';

/** What follows the upstreams, the place of what is wrong with it, and what is said of it. */
const BROKEN: readonly (readonly [text: string, place: string, says: RegExp])[] = [
  ['listn: ["127.0.0.1:53"]', '2:1', /unknown key "listn"; expect node, listen, /],
  [UPSTREAMS, '2:1', /"upstreams" is there twice; expect it once/],
  ['listen: [127.0.0.1:99999]', '2:10', /"127\.0\.0\.1:99999" is not valid; expect an address and/],
  [
    'localRecords: { a.home.arpa: fd00::1, b: @ }',
    '2:42',
    /in YAML @ begins nothing that it knows; expect quotes/,
  ],
  ['threads: many', '2:10', /"many" is not valid; expect auto or a whole number from 0 to 64/],
  ['node: &a', '2:9', /expect a text that is not empty/],
  [
    'clientGroups: { a: [10.0.0.1/8] }',
    '2:21',
    /has bits set behind its length; expect 10\.0\.0\.0\/8/,
  ],
  ['acl: { query: { 10.0.0.0/33: allow } }', '2:17', /is not a prefix; expect a length of 0 to 32/],
  [
    'acl: { query: { 10.0.0.0/8: permit } }',
    '2:29',
    /"permit" is not valid; expect allow, refuse, /,
  ],
  [
    'acl: { query: { offce: allow } }',
    '2:17',
    /"offce" is neither a client group .*; expect one of/,
  ],
  [
    'acl: { query: { ::1: { action: allow, expires: tomorrow } } }',
    '2:48',
    /"tomorrow" is not valid; expect a date like 2027-01-31/,
  ],
  ['routes: { corp.example: corp }', '2:25', /"corp" is not an upstream group; expect default/],
  [
    'rateLimit: { queriesPerSecond: -1 }',
    '2:32',
    /"-1" is not valid; expect a whole number from 1/,
  ],
  ['cache: { maxTtl: 5x }', '2:18', /"5x" is not valid; expect a duration like 500ms, 2s/],
  ['cache: { size: 64MBB }', '2:16', /"64MBB" is not valid; expect a size like 64KiB/],
  [
    'decisionLog: { record: everything }',
    '2:24',
    /"everything" is not valid; expect refused, policy/,
  ],
  ['ede: yes', '2:6', /"yes" is not valid; expect full, codes or off/],
  ['admin: { listen: "0.0.0.0:8053" }', '2:18', /is not a loopback address; expect admin\.token/],
  [
    // biome-ignore lint/suspicious/noTemplateCurlyInString: as it stands in a configuration
    'admin: { listen: "127.0.0.1:8053", token: "${NO_SUCH_VARIABLE}" }',
    '2:43',
    /the environment variable NO_SUCH_VARIABLE is not set; expect/,
  ],
  [
    'localRecords: { nas.home.arpa: 10.0.0.500 }',
    '2:32',
    /is not an address; expect an address, or/,
  ],
  [
    'policies: [{ name: m, rpz: none.rpz }]',
    '2:28',
    /none\.rpz cannot be read: .*; expect a zone file/,
  ],
  [
    'policies: [{ name: h, rules: { a.example: nxdomian } }]',
    '2:43',
    /"nxdomian" is not valid; expect allow, refuse, nxdomain/,
  ],
  ['policies: [{ name: h, rules: { a..b: refuse } }]', '2:32', /has an empty label; expect a name/],
  [
    'policies: [{ name: h, rules: { a.example: { action: refuse, types: [AAAAA] } } }]',
    '2:69',
    /"AAAAA" is not a type; expect one like A or TYPE65/,
  ],
  [
    'policies: [{ name: a, rules: { a.example: drop } }, { name: a, rules: { b.example: drop } }]',
    '2:61',
    /a policy named a is at line 2 already; expect another name/,
  ],
  [
    'policies:\n  - name: h\n    rules:\n      *.x.example: refuse',
    '5:7',
    /in YAML \* begins an alias; expect quotes: "\*\.x\.example"/,
  ],
  [
    'policies: [{ name: h, rules: { "https://a.example/x": refuse } }]',
    '2:32',
    /is not a domain name; expect its host name alone: a\.example$/,
  ],
  [
    'policies: [{ name: h, rules: { "*.bücher.example": refuse } }]',
    '2:32',
    /expect its A-labels: \*\.xn--bcher-kva\.example$/,
  ],
  ['routes: { "a.example:53": default }', '2:11', /expect its host name alone: a\.example$/],
  ['localRecords: { https://a.example: 10.0.0.1 }', '2:17', /host name alone: a\.example$/],
  [
    'listen: [[::1]:53]',
    '2:10',
    /expect a text, in quotes where it begins with \[, like "\[::1\]:53"$/,
  ],
  [
    'views: { guests: { recursion: allow } }',
    '2:18',
    /clients is missing; expect a list, each item/,
  ],
  [
    'views: { guests: { clients: [10.30.0.0/16], policies: [nope] } }',
    '2:56',
    /"nope" is not a policy; expect one to be defined in policies/,
  ],
  ['assertions: [none.yaml]', '2:14', /none\.yaml cannot be read: .*; expect a file of assertions/],
  ['cache:\n\tentries: 5', '3:1', /a tab begins this line; expect spaces/],
  ['cache: { entries: 5', '3:1', /a mapping has no end; expect \} here or before/],
  ['listen: ["127.0.0.1:53"', '3:1', /a list has no end; expect \] here or before/],
  ['node: "ns1', '3:1', /a text in quotes has no end; expect " here or before/],
  ['node: a: b', '2:7', /a second ": " on one line; expect quotes around a value that has one/],
];

describe('cli/broken configurations', () => {
  let folder = '';
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'rcode5-broken-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  async function check(text: string) {
    writeFileSync(join(folder, 'site.yaml'), text);
    return await runProgram(['check', '-c', 'site.yaml'], { folder });
  }

  for (const [text, place, says] of BROKEN) {
    it(text.replaceAll('\n', ' ⏎ '), async () => {
      const { code, stdout, stderr } = await check(`${UPSTREAMS}${text}\n`);
      expect({ code, stdout }).to.deep.equal({ code: 2, stdout: '' });
      const [first = ''] = stderr.split('\n');
      expect(first.startsWith(`site.yaml:${place}: `), first).to.equal(true);
      expect(first).to.match(says);
    });
  }

  it('all problems at once', async () => {
    const { stderr } = await check('listn: [x]\nthreads: many\nede: yes\n');
    const places = stderr.match(/^site\.yaml:\d+:\d+(?=: )/gm);
    expect(places).to.have.members(['1:1', '1:1', '2:10', '3:6'].map((at) => `site.yaml:${at}`));
  });

  for (const [what, text, says] of [
    [
      'an empty file',
      '',
      /^site\.yaml:1:1: the file is empty; expect a mapping with node, listen, /,
    ],
    ['a list', '- a\n', /^site\.yaml:1:1: expect a mapping with node, listen, /],
    ['no upstreams', 'ede: full\n', /^site\.yaml:1:1: upstreams is missing; expect a mapping /],
  ] as const) {
    it(what, async () => {
      expect((await check(text)).stderr).to.match(says);
    });
  }
});

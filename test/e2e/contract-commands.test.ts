import { writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { expect } from 'chai';
import { runProgram } from '../world/run-program.ts';
import { cleanUp, run } from './processes.ts';
import { RCODE5, Site, serve } from './rcode5.ts';

const UPSTREAMS = 'upstreams: { default: { servers: [192.0.2.1] } }\n';

const SITE = `clientGroups:
  office: [10.20.0.0/16]
acl:
  query:
    office: allow
    10.20.99.0/24: refuse
    0.0.0.0/0: refuse
`;

const WRONG = `acl: { query: { nobody: allow, 10.0.0.1: maybe } }
nothing: 1
ede: loud
`;

const ASSERTIONS = `- { name: office, client: 10.20.0.1, query: www.example A, expect: { action: forward } }
- { client: 192.0.2.45, query: www.example, expect: { rcode: REFUSED, layer: acl, rule: "acl.query 0.0.0.0/0" } }
`;

const RECORD = {
  ...{ level: 40, time: '2026-11-20T23:00:00.123Z', event: 'refused', ref: 'k3f9x-1' },
  ...{ node: 'ns1', policy: '3f2a9c11', client: '10.21.5.18', port: 43_812, transport: 'udp' },
  ...{ listener: '10.0.0.53:53', view: 'default', id: 59_821, opcode: 'QUERY', rd: true },
  ...{ qname: 'www.example.', qtype: 'A', qclass: 'IN', rcode: 'REFUSED', layer: 'acl' },
  ...{ origin: 'local', action: 'refuse', ede: [18], elapsedMs: 0, msg: 'refused' },
  rule: { id: 'acl.query 0.0.0.0/0', file: 'site.yaml', line: 42, implicit: false },
};

const LOG = `${JSON.stringify(RECORD)}
${JSON.stringify({ ...RECORD, ref: 'k3f9x-2', client: '10.22.0.1', layer: 'policy', qtype: 'MX' })}
`;

/** Commands as they are typed; FOLDER/ is where the files are. */
interface Case {
  readonly args: string;
  readonly code: 0 | 1 | 2;
  readonly stdout?: RegExp;
  /** Nothing, when it is left out. */
  readonly stderr?: RegExp;
}

const EVERY_WORD =
  '--client 10.20.99.1 --name www.example --type AAAA --class IN --opcode QUERY --no-rd ' +
  '--transport tcp --listener 127.0.0.1:0';

const CASES: readonly Case[] = [
  { args: 'check -c FOLDER/site.yaml', code: 0, stdout: /^ok policy=[0-9a-f]{8} rules=3$/m },
  { args: 'check -c FOLDER/none.yaml', code: 2, stderr: /none\.yaml:1:1: .*; expect / },
  { args: 'check -c FOLDER', code: 2, stderr: /: cannot be read: .*; expect / },
  { args: 'check -c FOLDER/empty', code: 2, stderr: /empty:1:1: .*; expect / },
  {
    args: 'check -c FOLDER/wrong.yaml',
    code: 2,
    stderr: /^(\S+wrong\.yaml:\d+:\d+: .+; expect .+\n){4}$/,
  },
  {
    args: `explain -c FOLDER/site.yaml ${EVERY_WORD}`,
    code: 0,
    stdout:
      /acl +refuse +acl\.query 10\.20\.99\.0\/24 at \S+site\.yaml:6[\s\S]*nearest allow: .*:5/,
  },
  { args: 'explain -c FOLDER/site.yaml --client 10.20.99.1', code: 2, stderr: /name is missing/ },
  { args: 'explain --client 10.20.99.1/24 --name a', code: 2, stderr: /expect an IPv4 or IPv6/ },
  { args: 'diff FOLDER/site.yaml FOLDER/site.yaml', code: 0, stdout: /no change/ },
  { args: 'diff FOLDER/site.yaml FOLDER/new.yaml', code: 1, stdout: /10\.20\.99\.0\/24/ },
  { args: 'diff FOLDER/site.yaml', code: 2, stderr: /expect two configurations/ },
  { args: 'diff FOLDER/site.yaml FOLDER/wrong.yaml', code: 2, stderr: /wrong\.yaml:\d+:\d+: / },
  { args: 'test -c FOLDER/site.yaml FOLDER/assertions.yaml', code: 0, stdout: /2/ },
  {
    args: 'test -c FOLDER/new.yaml FOLDER/broken.yaml',
    code: 1,
    stdout: /broken\.yaml:1:\d+: [\s\S]*expected +REFUSED +actual[\s\S]*new\.yaml:\d+/,
  },
  { args: 'test -c FOLDER/site.yaml FOLDER/none.yaml', code: 2, stderr: /none\.yaml/ },
  { args: 'log FOLDER/decisions.log', code: 0, stdout: /10\.21\.5\.18[\s\S]*10\.22\.0\.1/ },
  { args: 'log FOLDER/decisions.log.1.gz --layer acl', code: 0, stdout: /10\.21\.5\.18/ },
  { args: 'log FOLDER/decisions.log --client 10.22.0.0/16 --json', code: 0, stdout: /k3f9x-2/ },
  {
    args: 'log FOLDER/decisions.log --ref k3f9x-2 --type MX --name example',
    code: 0,
    stdout: /MX/,
  },
  { args: 'log FOLDER/decisions.log --layer transfer', code: 1 },
  { args: 'log FOLDER/decisions.log --since 10m --upstream 192.0.2.1', code: 1 },
  { args: 'log FOLDER/decisions.log --layer none', code: 2, stderr: /expect protocol, acl/ },
  { args: 'log FOLDER/none.log', code: 2, stderr: /no such file; expect/ },
  { args: 'report FOLDER/decisions.log', code: 0, stdout: /2 refused/ },
  { args: 'report FOLDER/decisions.log --by layer,rule,client,name,type,upstream', code: 0 },
  { args: 'report FOLDER/decisions.log --by nothing', code: 2, stderr: /--by: .*expect/ },
  { args: 'diagnose www.example', code: 2, stderr: /--server/ },
  { args: 'diagnose www.example --server nowhere', code: 2, stderr: /expect an address/ },
  { args: 'reload --admin http://127.0.0.1:1', code: 2, stderr: /nobody answers/ },
  { args: 'status --admin nowhere', code: 2, stderr: /expect a URL/ },
  { args: 'nothing', code: 2, stderr: /there is no command nothing/ },
  { args: '', code: 0, stdout: /a DNS forwarder that says which layer refused/ },
];

const COMMANDS = [
  ...['serve', 'check', 'explain', 'diff', 'test', 'diagnose', 'log', 'report', 'reload'],
  ...['status', 'demo'],
];

/** Layers that `demo` shows at work; for `overload` it would need a crowd. */
const LAYERS = [
  ...['protocol', 'acl', 'transfer', 'update', 'notify', 'rate-limit', 'recursion'],
  ...['local', 'special-use', 'policy', 'route', 'upstream'],
];

/** Objects that `--json` prints, and keys that each has. */
const OBJECTS = [
  { args: 'check -c FOLDER/site.yaml --json', keys: ['ok', 'policy', 'rules', 'warnings'] },
  { args: 'check -c FOLDER/wrong.yaml --json', keys: ['ok', 'problems'] },
  {
    args: 'explain -c FOLDER/site.yaml --client 192.0.2.1 --name a.example --json',
    keys: ['decision', 'trace'],
  },
  { args: 'diff FOLDER/site.yaml FOLDER/new.yaml --json', keys: ['changed', 'changes'] },
  { args: 'test -c FOLDER/new.yaml FOLDER/broken.yaml --json', keys: ['ok', 'failures'] },
  {
    args: 'report FOLDER/decisions.log --json',
    keys: ['count', 'by', 'first', 'last', 'policies'],
  },
  {
    args: 'diagnose a.example --server 127.0.0.1:1 --json',
    keys: ['verdict', 'evidence', 'probes'],
  },
] as const;

describe('e2e: what commands are promised to do', () => {
  let site: Site;
  const words = (args: string) => args.replaceAll('FOLDER', site.folder).split(' ').filter(Boolean);
  const rcode5 = (args: string) => runProgram(words(args));

  before(() => {
    site = new Site(SITE, {
      'new.yaml': SITE.replace('99.0/24: refuse', '99.0/24: allow') + UPSTREAMS,
      'wrong.yaml': WRONG + UPSTREAMS,
      'assertions.yaml': ASSERTIONS,
      'broken.yaml': ASSERTIONS.replace('action: forward', 'rcode: REFUSED'),
      'decisions.log': LOG,
      empty: '',
    });
    writeFileSync(site.path('decisions.log.1.gz'), gzipSync(LOG));
  });
  after(cleanUp);

  for (const { args, code, stdout = /^/, stderr } of CASES) {
    it(`exits ${code} from rcode5 ${args}`, async () => {
      const ended = await rcode5(args);
      expect(ended.stderr).to.match(stderr ?? /^$/);
      expect(ended.stdout).to.match(stdout);
      expect(ended.code).to.equal(code);
    });
  }

  for (const { args, keys } of OBJECTS) {
    it(`prints one object from rcode5 ${args}`, async () => {
      const { stdout } = await rcode5(args);
      expect(JSON.parse(stdout)).to.include.all.keys(...keys);
      expect(stdout.trimEnd()).to.not.contain('\n');
    });
  }

  for (const command of COMMANDS) {
    it(`tells how ${command} is called`, async () => {
      const { code, stdout, stderr } = await rcode5(`${command} --help`);
      expect({ code, stderr }).to.deep.equal({ code: 0, stderr: '' });
      expect(stdout).to.match(new RegExp(`^ {2}${command} .*\\n {6}\\w`, 'm'));
    });
  }

  it('reads logs from stdin', async () => {
    const args = [RCODE5, 'log', '--client', '10.21.5.18'];
    const { code, stdout } = await run(process.execPath, args, LOG);
    expect(code).to.equal(0);
    expect(stdout).to.contain('10.21.5.18').and.not.contain('10.22.0.1');
  });

  it('ends in silence when its reader has seen enough', async () => {
    for (const args of ['help', 'log', 'log --json', 'report']) {
      const lines = LOG.repeat(10_000);
      const script = `"$@" | head -1 >/dev/null; exit "\${PIPESTATUS[0]}"`;
      const command = [process.execPath, RCODE5, ...args.split(' ')];
      const { code, stderr } = await run('bash', ['-c', script, 'bash', ...command], lines);
      expect([args, code, stderr]).to.deep.equal([args, 0, '']);
    }
  });

  it('asks a layer after the other in `demo`, and exits 0', async () => {
    const { code, stdout } = await run(process.execPath, [RCODE5, 'demo']);
    expect(code).to.equal(0);
    for (const layer of LAYERS) expect(stdout).to.contain(` ${layer} (`);
  });

  it('reloads and shows the running server, which ends when it is told to', async () => {
    const server = await serve(new Site(SITE));
    const { admin, program } = server;
    expect(await rcode5(`status --admin ${admin}`)).to.include({ code: 0 });
    expect(await rcode5(`reload --admin ${admin}`)).to.include({ code: 0, stderr: '' });
    server.site.configure(`${SITE}nothing: 1\n`);
    const reload = words(`reload --admin ${admin}`);
    const { code, stdout, stderr } = await run(process.execPath, [RCODE5, ...reload]);
    expect(code).to.equal(1);
    expect(stdout + stderr).to.match(/site\.yaml:\d+:\d+: unknown key/);
    program.signal('SIGTERM');
    expect(await program.ended).to.deep.equal({ code: 0, signal: null });
  });
});

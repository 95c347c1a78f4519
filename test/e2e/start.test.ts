import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect } from 'chai';
import { type Printed, runProgram } from '../world/run-program.ts';
import { cleanUp } from './processes.ts';
import { Site, spawnRcode5 } from './rcode5.ts';

const UNUSABLE = 2;

/** Runs it as a process, which ends by itself. */
async function runRcode5(...args: readonly string[]): Promise<Printed> {
  const program = spawnRcode5(args);
  const { code, signal } = await program.ended;
  expect(signal).to.equal(null);
  return { code: code!, stdout: program.stdout, stderr: program.stderr };
}

/** A port of 127.0.0.1 that somebody has by one transport, until the returned function is called. */
async function occupy(transport: 'udp' | 'tcp'): Promise<{ port: number; release: () => void }> {
  const socket = transport === 'udp' ? createSocket('udp4') : createServer();
  if ('bind' in socket) socket.bind(0, '127.0.0.1');
  else socket.listen(0, '127.0.0.1');
  await once(socket, 'listening');
  const { port } = socket.address() as { port: number };
  return { port, release: () => socket.close() };
}

/** A configuration that a server cannot start with, and each line that it must say. */
interface SiteCase {
  readonly when: string;
  readonly text: string;
  readonly files?: Readonly<Record<string, string>>;
  /** FILE is the configuration. */
  readonly says: readonly RegExp[];
}

const SITES: readonly SiteCase[] = [
  {
    when: 'the log file is in no folder',
    text: 'node: ns1\ndecisionLog: { to: nowhere/decisions.log }\n',
    says: [
      /^FILE:\d+:\d+: decisionLog\.to cannot be written: ENOENT.*nowhere\/decisions\.log'; expect a file in a folder that exists$/,
    ],
  },
  {
    when: 'the log file is a folder',
    text: 'decisionLog: { to: . }\n',
    says: [/^FILE:\d+:\d+: decisionLog\.to cannot be written: EISDIR.*; expect a file/],
  },
  {
    when: 'a zone file cannot be read',
    text: 'policies:\n  - { name: feed, rpz: feed.rpz }\n',
    says: [/^FILE:2:24: .*feed\.rpz cannot be read: ENOENT.*; expect a zone file$/],
  },
  {
    when: 'a zone file makes no sense',
    text: 'policies:\n  - { name: feed, rpz: feed.rpz }\n',
    files: { 'feed.rpz': '@ 60 SOA localhost. nobody. 1 1 1 1 1\nbad.example CNAME\n' },
    says: [/feed\.rpz:2:\d+: .*; expect/],
  },
  {
    when: 'the configuration has many problems',
    text: `listen: [127.0.0.1]
acl:
  query: { 10.0.0.0/33: allow, guests: allow }
upstreams: { a: { servers: [] } }
routes: { .: b }
colour: blue
`,
    says: [
      /^FILE:1:10: "127\.0\.0\.1" is not valid; expect an address and a port/,
      /^FILE:3:12: .*10\.0\.0\.0\/33.*; expect/,
      /^FILE:3:32: "guests" is neither a client group .* nor a prefix; expect one of them$/,
      /^FILE:4:28: .*; expect/,
      /^FILE:5:14: "b" is not an upstream group; expect a$/,
      /^FILE:6:1: unknown key "colour"; expect node, listen/,
    ],
  },
  {
    when: 'the configuration is no YAML',
    text: 'listen: [127.0.0.1:0\nnode: ns1\n',
    says: [/^FILE:\d+:\d+: .*; expect \] here or before$/],
  },
];

const USAGES = [
  { when: 'an option is unknown', args: ['serve', '--port', '53'], says: /--port/ },
  { when: 'an option has no value', args: ['serve', '-c'], says: /-c/ },
  { when: 'an argument is one too many', args: ['serve', 'site.yaml'], says: /site\.yaml/ },
  { when: 'there is no such command', args: ['server'], says: /there is no command server/ },
] as const;

describe('e2e: a server that cannot start', () => {
  // A server that was run in this process would go on to listen to its signals.
  afterEach(() => process.removeAllListeners('SIGHUP').removeAllListeners('SIGXFSZ'));
  after(cleanUp);

  function expectOneSentence({ code, stdout, stderr }: Printed, says: RegExp): void {
    expect({ code, stdout }).to.deep.equal({ code: UNUSABLE, stdout: '' });
    expect(stderr).to.match(/^[^\n]+\n$/);
    expect(stderr).to.match(says);
  }

  for (const transport of ['udp', 'tcp'] as const) {
    it(`says so when its port is in use by ${transport.toUpperCase()}`, async () => {
      const { port, release } = await occupy(transport);
      const site = new Site(`node: ns1\nlisten: ["127.0.0.1:0", "127.0.0.1:${port}"]\n`);
      const failure = await runRcode5('serve', '-c', site.config);
      release();
      expectOneSentence(
        failure,
        new RegExp(
          `site\\.yaml:2:25: cannot listen on 127\\.0\\.0\\.1:${port}: the address is in use by \\S+ \\(pid \\d+\\); .*expect another port`,
        ),
      );
    });
  }

  it('says so when the port of its admin HTTP is in use', async () => {
    const { port, release } = await occupy('tcp');
    const site = new Site(`admin:\n  listen: 127.0.0.1:${port}\n`);
    const failure = await runProgram(['serve', '-c', site.config]);
    release();
    expectOneSentence(
      failure,
      /site\.yaml:2:11: cannot listen on 127\.0\.0\.1:\d+: the address is/,
    );
  });

  it('says so when there is no such configuration', async () => {
    const failure = await runProgram(['serve', '-c', '/nowhere/site.yaml']);
    expectOneSentence(failure, /^\/nowhere\/site\.yaml:1:1: cannot be read: ENOENT.*; expect a/);
  });

  for (const { when, text, files, says } of SITES) {
    it(`says where and what when ${when}`, async () => {
      const site = new Site(text, files);
      const { code, stdout, stderr } = await runProgram(['serve', '-c', site.config]);
      expect({ code, stdout }).to.deep.equal({ code: UNUSABLE, stdout: '' });
      const lines = stderr.trimEnd().replaceAll(site.config, 'FILE').split('\n');
      expect(lines, stderr).to.have.length(says.length);
      for (const [i, sentence] of says.entries()) expect(lines[i]).to.match(sentence);
    });
  }

  for (const { when, args, says } of USAGES) {
    it(`shows its usage when ${when}`, async () => {
      const { code, stdout, stderr } = await runProgram(args);
      expect({ code, stdout }).to.deep.equal({ code: UNUSABLE, stdout: '' });
      expect(stderr).to.match(says);
      expect(stderr).to.match(/usage: rcode5 serve|rcode5 \d|rcode5 --help lists/);
      expect(stderr).not.to.contain('    at ');
    });
  }
});

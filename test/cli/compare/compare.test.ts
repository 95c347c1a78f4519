import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { tapFile, tapFrame } from '../../world/dnstap-bytes.ts';
import { runProgram } from '../../world/run-program.ts';
import { answerTo, Upstream } from '../../world/upstream.ts';

const CONFIG = `upstreams: { default: { servers: [192.0.2.1] } }
acl: { query: { 127.0.0.0/8: allow, 127.0.0.9: refuse, 127.0.0.8: drop } }
policies:
  - { name: house, rules: { "*.bad.example": refuse, gone.example: nxdomain } }
localRecords: { nas.lan: 192.168.1.5 }
`;

/** What the live server does, by name. */
const REFUSED = 5;
const NXDOMAIN = 3;

describe('cli/compare', () => {
  let folder: string;
  let live: Upstream;
  let config: string;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'rcode5-compare-'));
    config = join(folder, 'rcode5.yaml');
    writeFileSync(config, CONFIG);
    live = await Upstream.start(({ name, octets }) => {
      if (name.startsWith('silent')) return undefined;
      if (name.startsWith('refused')) return answerTo(octets, { rcode: REFUSED });
      if (name.startsWith('gone')) return answerTo(octets, { rcode: NXDOMAIN });
      const answer = answerTo(octets);
      // AA: it is the server's own.
      if (name.startsWith('nas')) answer[2]! |= 4;
      return answer;
    });
  });

  after(() => {
    live.close();
    rmSync(folder, { recursive: true });
  });

  async function compared(queries: string, ...more: readonly string[]) {
    const file = join(folder, 'queries');
    writeFileSync(file, queries);
    const against = `127.0.0.1:${live.port}`;
    const args = ['compare', '-c', config, '--against', against, '--queries', file];
    const options = ['--rate', '10000', '--timeout', '200ms', '--json', ...more];
    const { code, stdout, stderr } = await runProgram([...args, ...options]);
    return { code, stderr, ...JSON.parse(stdout || '{}') };
  }

  const CASES: readonly (readonly [string, string, string | undefined])[] = [
    ['both forward', 'www.example A', undefined],
    [
      'the live server refuses what we forward',
      'refused.example',
      'REFUSED policy -> forward others',
    ],
    ['we refuse what it answers', 'www.bad.example', 'NOERROR others -> REFUSED policy'],
    ['both refuse', 'refused.bad.example', undefined],
    [
      'the rcode is the same, and others have decided there',
      'gone.example',
      'NXDOMAIN others -> NXDOMAIN policy',
    ],
    ['both answer by themselves', 'nas.lan', undefined],
    [
      'it answers from its own data what we forward',
      'nas2.example',
      'NOERROR own data -> forward others',
    ],
    ['we refuse the client', '127.0.0.9 www.example', 'NOERROR others -> REFUSED policy'],
    ['silence and a drop are the same', '127.0.0.8 silent.example', undefined],
    [
      'silence is another thing than forwarding',
      'silent.example',
      'silence nobody -> forward others',
    ],
  ];
  for (const [what, query, expected] of CASES) {
    it(`shows a difference or none when ${what}`, async () => {
      const { code, differences } = await compared(`${query}\n`);
      const shown = differences.map(
        ({ live: theirs, ours }: Record<string, { fate: string; decider: string }>) =>
          `${theirs!.fate} ${theirs!.decider} -> ${ours!.fate} ${ours!.decider}`,
      );
      expect(shown).to.deep.equal(expected === undefined ? [] : [expected]);
      expect(code).to.equal(expected === undefined ? 0 : 1);
    });
  }

  it('groups what differs for the same rule, and asks each question once', async () => {
    const before = live.asked.length;
    const found = await compared(
      'a.bad.example\nA.BAD.EXAMPLE A\nb.bad.example AAAA\nwww.example\n',
    );
    expect(live.asked.length - before).to.equal(3);
    expect(found).to.deep.include({ questions: 4, same: 1, passedOver: 0, fromElsewhere: 0 });
    expect(found.differences).to.have.length(1);
    expect(found.differences[0]).to.deep.include({
      count: 3,
      clients: ['127.0.0.1'],
      questions: ['a.bad.example A', 'b.bad.example AAAA'],
    });
    expect(found.differences[0].ours.rule).to.equal(`house/*.bad.example at ${config}:4`);
  });

  it('judges a client of elsewhere as the address that the question left from', async () => {
    const { fromElsewhere, differences } = await compared('192.0.2.77 www.example\n');
    expect(fromElsewhere).to.equal(1);
    expect(differences).to.deep.equal([]);
  });

  it('asks no transfers, updates and notifications', async () => {
    const log = join(folder, 'log.ndjson');
    const record = (more: object) =>
      `${JSON.stringify({ event: 'answered', time: '2026-01-01T00:00:00.000Z', client: '127.0.0.1', qname: 'www.example.', qtype: 'A', qclass: 'IN', opcode: 'QUERY', rd: true, transport: 'udp', ...more })}\n`;
    writeFileSync(
      log,
      record({}) +
        record({ opcode: 'UPDATE' }) +
        record({ opcode: 'NOTIFY' }) +
        record({ qtype: 'AXFR' }) +
        record({ rd: false }),
    );
    const against = `127.0.0.1:${live.port}`;
    const printed = await runProgram([
      ...['compare', '-c', config, '--against', against, '--log', log],
      ...['--rate', '10000', '--json'],
    ]);
    expect(JSON.parse(printed.stdout)).to.deep.include({ questions: 2, same: 2, passedOver: 3 });
    expect(printed.code).to.equal(0);
  });

  it('takes the questions of a dnstap file, once where it has queries and responses', async () => {
    const file = join(folder, 'tap');
    writeFileSync(file, tapFile([tapFrame(), tapFrame({ kind: 6, field: 14 }), tapFrame()]));
    const printed = await runProgram([
      ...['compare', '-c', config, '--against', `127.0.0.1:${live.port}`, '--dnstap', file],
      ...['--rate', '10000', '--json'],
    ]);
    const { questions, same, fromElsewhere } = JSON.parse(printed.stdout);
    expect({ questions, same, fromElsewhere }).to.deep.equal({
      questions: 2,
      same: 2,
      fromElsewhere: 2,
    });
    writeFileSync(file, 'www.example A\n');
    const wrong = await runProgram([
      'compare',
      '-c',
      config,
      '--against',
      '127.0.0.1',
      '--dnstap',
      file,
    ]);
    expect(wrong.stderr).to.match(/--dnstap .*tap: it does not begin with a control frame/);
    expect(wrong.code).to.equal(2);
  });

  it('compares with the answers of a server that serves it', async () => {
    const { differences } = await compared('gone.example\n', '--with', `127.0.0.1:${live.port}`);
    expect(differences).to.deep.equal([]);
  });

  it("shows the rules of the live server's configuration", async () => {
    const old = join(folder, 'dnsmasq.conf');
    writeFileSync(old, 'no-resolv\nno-hosts\nserver=/lan/192.0.2.1\n');
    const { differences } = await compared('refused.example\n', '--old', old);
    expect(differences[0].live.rule).to.equal('no server for the name (REFUSED)');
  });

  it('writes a page for a change ticket', async () => {
    const file = join(folder, 'queries');
    writeFileSync(file, 'a.bad.example\nb.bad.example\nc.bad.example\nd.bad.example\n');
    const against = `127.0.0.1:${live.port}`;
    const printed = await runProgram([
      'compare',
      '-c',
      config,
      '--against',
      against,
      '--queries',
      file,
    ]);
    expect(printed.stdout).to.equal(`4 of 4 questions are decided otherwise than by ${against}

4 questions: NOERROR -> REFUSED
  live       those that it asks
  ours       policy: house/*.bad.example at ${config}:4
  clients    127.0.0.1
  questions  a.bad.example A, b.bad.example A, c.bad.example A and 1 more
`);
  });

  const WRONG: readonly (readonly [string, readonly string[], RegExp])[] = [
    [
      'two sources of questions',
      ['--against', '127.0.0.1', '--queries', 'a', '--dnstap', 'b'],
      /expect one of --log FILE/,
    ],
    ['none', ['--against', '127.0.0.1'], /expect one of --log FILE/],
    [
      'an address off loopback',
      ['--against', '192.0.2.1', '--queries', 'QUERIES'],
      /--against 192.0.2.1: real questions would go to it; .*--allow 192.0.2.1/,
    ],
    [
      'a rate that is none',
      ['--against', '127.0.0.1', '--queries', 'QUERIES', '--rate', '0'],
      /--rate 0: expect a number/,
    ],
    [
      'a list that cannot be read',
      ['--against', '127.0.0.1', '--queries', 'missing'],
      /--queries missing: ENOENT/,
    ],
    ['no server', ['--queries', 'QUERIES'], /--against/],
  ];
  for (const [what, options, message] of WRONG) {
    it(`takes not ${what}`, async () => {
      const file = join(folder, 'queries');
      writeFileSync(file, 'www.example\n');
      const given = options.map((word) => (word === 'QUERIES' ? file : word));
      const { code, stderr } = await runProgram(['compare', '-c', config, ...given]);
      expect(stderr).to.match(message);
      expect(code).to.equal(2);
    });
  }

  it('reports every line of a list that is wrong', async () => {
    const { code, stderr } = await compared(
      'www.example A\nwww.example NONSENSE\n\n# fine\n1.2.3.4 a..b A\na A b c\n',
    );
    const file = join(folder, 'queries');
    expect(code).to.equal(2);
    expect(stderr.split('\n').map((line: string) => line.replace(file, 'q'))).to.deep.equal([
      'q:2:1: type NONSENSE: expect one like A, AAAA or TYPE65; expect NAME TYPE or CLIENT NAME TYPE',
      'q:5:1: name a..b: expect a domain name, not an empty label; expect NAME TYPE or CLIENT NAME TYPE',
      'q:6:1: "b" is too much; expect NAME TYPE or CLIENT NAME TYPE',
      '',
    ]);
  });
});

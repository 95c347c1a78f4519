import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { expect } from 'chai';
import fc from 'fast-check';
import { UsageError } from '../../../src/cli/command.ts';
import { parseReport, showReport } from '../../../src/cli/logs/report.ts';
import { sparkline } from '../../../src/cli/logs/report-text.ts';
import type { Summary } from '../../../src/logs/report-summary.ts';
import { file, line, NOW, Sink, Terminal, useDirectory } from './logs.ts';

async function run(args: readonly string[], ...stdin: readonly (string | Buffer)[]) {
  const out = new Sink();
  const err = new Sink();
  const streams = {
    stdin: Readable.from(stdin.map((one) => Buffer.from(one))),
    stdout: out,
    stderr: err,
  };
  const exit = await showReport(parseReport(['--utc', ...args], NOW), streams);
  return { exit, out: out.text, err: err.text };
}

async function summaryOf(args: readonly string[], ...stdin: readonly string[]): Promise<Summary> {
  return JSON.parse((await run([...args, '--json'], ...stdin)).out);
}

const POLICY = { policy: '3f2a9c11' };
const OTHER = {
  policy: '7b00aa12',
  time: '2026-11-20T22:59:30.000Z',
  layer: 'policy',
  rule: { id: 'house/*.bad.example', file: 'config/site.yaml', line: 66 },
  qname: 'www.bad.example.',
  client: '192.0.2.1',
  group: undefined,
};

describe('cli/report', () => {
  const log = [
    line('a', POLICY),
    line('b', POLICY),
    line('c', OTHER),
    line('d', { ...OTHER, event: 'blocked' }),
  ];

  it('counts who is refused, by whom, how often, since when and under which policy', async () => {
    const { by, ...rest } = await summaryOf(['--by', 'layer,client+rule'], ...log);
    expect(rest).to.deep.equal({
      event: 'refused',
      count: 3,
      records: 4,
      events: { refused: 3, blocked: 1 },
      skipped: 0,
      first: '2026-11-20T22:59:00.123Z',
      last: '2026-11-20T22:59:30.000Z',
      policies: { '3f2a9c11': 2, '7b00aa12': 1 },
      timeline: {
        from: '2026-11-20T22:59:00.000Z',
        step: 1,
        counts: [2, ...Array.from({ length: 29 }, () => 0), 1],
      },
    });
    expect(Object.keys(by)).to.deep.equal(['layer', 'client+rule']);
    const [acl, policy] = by['layer']!.rows;
    expect({ ...acl, timeline: [] }).to.deep.equal({
      layer: 'acl',
      count: 2,
      share: 0.6667,
      first: '2026-11-20T22:59:00.123Z',
      last: '2026-11-20T22:59:00.123Z',
      policies: { '3f2a9c11': 2 },
      timeline: [],
    });
    expect(policy).to.deep.include({ layer: 'policy', count: 1, policies: { '7b00aa12': 1 } });
    expect(by['client+rule']!.rows[1]).to.deep.include({
      client: '192.0.2.1',
      rule: 'house/*.bad.example',
      file: 'config/site.yaml',
      line: 66,
    });
  });

  it('counts a summary as what it stands for', async () => {
    const summary = line('', { ...POLICY, event: 'summary', of: 'refused', count: 40 });
    for (const lines of [
      [summary, line('a', POLICY)],
      [line('a', POLICY), summary],
    ]) {
      const { by, ...rest } = await summaryOf(['--by', 'layer,event'], ...lines);
      expect(rest).to.deep.include({ count: 41, records: 2, events: { refused: 41 } });
      expect(rest.timeline.counts).to.deep.equal([41]);
      expect(by['layer']!.rows[0]).to.deep.include({ count: 41, policies: { '3f2a9c11': 41 } });
      expect(by['event']!.rows).to.have.length(1);
    }
  });

  it('shows the same as tables', async () => {
    const { exit, out } = await run(['--by', 'layer,group'], ...log);
    expect(out.split('\n')).to.deep.equal([
      '3 refused of 4 records (blocked 1)',
      '2026-11-20T22:59:00Z to 2026-11-20T22:59:30Z',
      '█                             ▄  1s each, each chart up to its own highest',
      'policy 3f2a9c11: 2',
      'policy 7b00aa12: 1',
      '',
      'LAYER   COUNT  SHARE  3f2a9c11  7b00aa12  FIRST                 LAST                  OVER TIME',
      'acl         2  66.7%         2         -  2026-11-20T22:59:00Z  2026-11-20T22:59:00Z  █',
      `policy      1  33.3%         -         1  2026-11-20T22:59:30Z  2026-11-20T22:59:30Z  ${' '.repeat(30)}█`,
      '',
      'GROUP  COUNT  SHARE  3f2a9c11  7b00aa12  FIRST                 LAST                  OVER TIME',
      'vpn        2  66.7%         2         -  2026-11-20T22:59:00Z  2026-11-20T22:59:00Z  █',
      `-          1  33.3%         -         1  2026-11-20T22:59:30Z  2026-11-20T22:59:30Z  ${' '.repeat(30)}█`,
      '',
    ]);
    expect(exit).to.equal(0);
  });

  it('counts the rules that nobody wrote for each layer', async () => {
    const rule = { id: 'built-in default', file: '<built-in>', implicit: true };
    const lines = ['acl', 'acl', 'recursion'].map((layer) => line('a', { rule, layer }));
    const { by } = await summaryOf(['--by', 'rule,client+rule'], ...lines);
    for (const table of Object.values(by)) {
      const rows = table.rows.map((row) => [row.rule, row.layer, row.implicit, row.count]);
      expect(rows).to.deep.equal([
        ['built-in default', 'acl', true, 2],
        ['built-in default', 'recursion', true, 1],
      ]);
    }
    const { out } = await run(['--by', 'rule,layer+rule'], ...lines);
    expect(out).to.match(/\nbuilt-in default \(acl\) at <built-in> +2 /);
    expect(out).to.match(/\nrecursion built-in default at <built-in> +1 /);
  });

  it('fits a terminal of 80 columns', async () => {
    const out = new Terminal(80);
    const stdin = Readable.from(log.map((one) => Buffer.from(one)));
    const request = parseReport(['--by', 'layer,client,rule', '--timezone', 'Asia/Kathmandu'], NOW);
    await showReport(request, { stdin, stdout: out, stderr: new Sink() });
    expect(Math.max(...out.text.split('\n').map((row) => row.length))).to.be.at.most(80);
    expect(out.text).to.include('2026-11-21T04:44:00+05:45 to 2026-11-21T04:44:30+05:45');
    expect(out.text).to.match(/LAYER +COUNT .*\n {4}FIRST/s);
  });

  it('puts what is beyond the rows together', async () => {
    const names = ['a.', 'a.', 'b.', 'c.', 'd.'].map((qname) => line('a', { qname }));
    const summary = await summaryOf(['--by', 'name', '--top', '1'], ...names);
    const { rows, other, missed } = summary.by['name']!;
    expect(rows.map(({ name, count }) => [name, count])).to.deep.equal([['a.', 2]]);
    expect({ other, missed }).to.deep.equal({
      other: { values: 3, count: 3, share: 0.6 },
      missed: 0,
    });
    const { out } = await run(['--by', 'name', '--top', '1'], ...names);
    expect(out).to.match(/\nother: 3 +3 +60\.0%\n$/);
  });

  const chosen = [
    { args: ['--event', 'blocked'], count: 1 },
    { args: ['--event', 'all'], count: 4 },
    { args: ['--client', '192.0.2.0/24'], count: 1 },
    { args: ['--layer', 'acl'], count: 2 },
    { args: ['--name', 'bad.example'], count: 1 },
    { args: ['--since', '2026-11-20T22:59:10Z'], count: 1 },
    { args: ['--type', 'AAAA'], count: 0 },
  ];
  for (const { args, count } of chosen) {
    it(`counts ${count} with ${args.join(' ')}`, async () => {
      expect((await summaryOf(args, ...log)).count).to.equal(count);
    });
  }

  it('tells of a log in which nobody is refused', async () => {
    const { exit, out } = await run([], line('a', { event: 'answered' }));
    expect({ exit, out }).to.deep.equal({ exit: 0, out: '0 refused of 1 records (answered 1)\n' });
  });

  it('has nothing to tell of a log without records', async () => {
    const { exit, out, err } = await run([], 'hello\n{"half":\n');
    expect({ exit, out }).to.deep.equal({ exit: 1, out: '0 refused of 0 records\n' });
    expect(err).to.equal('2 lines were skipped: they are no whole decision records\n');
  });

  it('counts half and foreign lines in JSON too', async () => {
    const summary = await summaryOf([], 'hello\n', line('a').slice(0, 50), '\n', line('b'));
    expect({ count: summary.count, skipped: summary.skipped }).to.deep.equal({
      count: 1,
      skipped: 2,
    });
  });

  it('does not let a log act on the terminal', async () => {
    const { out } = await run(
      ['--by', 'rule,name'],
      line('a', { qname: '\u001b[2J', rule: { id: '\u0007' } }),
    );
    expect(out).to.not.match(/(?!\n)\p{Cc}/u);
  });

  const wrong = [
    {
      args: ['--by', 'colour'],
      says: /^--by: "colour" is not known; expect layer, rule, .*client\+rule$/,
    },
    { args: ['--by', ''], says: /^--by: "" is not known/ },
    { args: ['--top', '0'], says: /^--top: 0 is not a number of rows; expect 1 to/ },
    { args: ['--event', 'lost'], says: /^--event: "lost" is not known/ },
    { args: ['--since', 'noon'], says: /^--since: "noon" is not a time/ },
  ];
  for (const { args, says } of wrong) {
    it(`does not take ${args.join(' ')}`, () => {
      expect(() => parseReport(args, NOW)).to.throw(UsageError, says);
    });
  }

  describe('files', () => {
    useDirectory();

    it('are read in the order in which they were written, packed or not', async () => {
      const at = (minute: number) => line('a', { time: `2026-11-20T22:0${minute}:00.000Z` });
      const files = [
        file('d.log', at(3)),
        file('d.log.1', at(2)),
        file('d.log.2.gz', gzipSync(at(1))),
      ];
      const { count, first, last } = await summaryOf(files);
      expect({ count, first, last }).to.deep.equal({
        count: 3,
        first: '2026-11-20T22:01:00.000Z',
        last: '2026-11-20T22:03:00.000Z',
      });
    });

    it('that cannot be read are told of, and the others are counted', async () => {
      const { exit, out, err } = await run([file('d.log', line('a')), '/nowhere/d.log', '--json']);
      expect(JSON.parse(out).count).to.equal(1);
      expect(exit).to.equal(2);
      expect(err).to.match(/^\/nowhere\/d\.log: there is no such file/);
    });
  });

  it('agrees with counting by hand', async () => {
    const field = fc.constantFrom('a', 'b', 'c');
    const record = fc.record({ qname: field, group: field, policy: field });
    await fc.assert(
      fc.asyncProperty(fc.array(record, { minLength: 1, maxLength: 40 }), async (records) => {
        const lines = records.map((fields) => line('a', fields));
        const { by } = await summaryOf(['--by', 'name+group'], ...lines);
        const expected = new Map<string, number>();
        for (const { qname, group } of records) {
          expected.set(`${qname} ${group}`, (expected.get(`${qname} ${group}`) ?? 0) + 1);
        }
        const found = by['name+group']!.rows.map((row) => [`${row.name} ${row.group}`, row.count]);
        expect(found).to.have.deep.members([...expected]);
      }),
      { numRuns: 30 },
    );
  });
});

describe('cli/report sparkline', () => {
  const cases = [
    { counts: [], chart: '' },
    { counts: [0, 1], chart: ' █' },
    { counts: [1, 2, 3, 4, 5, 6, 7, 8], chart: '▁▂▃▄▅▆▇█' },
    { counts: [1, 1000], chart: '▁█' },
    { counts: Array.from({ length: 80 }, (_, i) => (i < 2 ? 4 : 1)), chart: `█${'▂'.repeat(39)}` },
  ];
  for (const { counts, chart } of cases) {
    it(`draws ${counts.length} counts as "${chart}"`, () => {
      expect(sparkline(counts)).to.equal(chart);
    });
  }
});

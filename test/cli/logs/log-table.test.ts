import { Readable } from 'node:stream';
import { expect } from 'chai';
import { Exit } from '../../../src/cli/command.ts';
import { file, line, run, Terminal, useDirectory } from './logs.ts';

const HEADING = /^TIME +CLIENT +NAME +TYPE +RESULT +LAYER +RULE +AT +REF +UPSTREAM *$/;

describe('cli/log-table', () => {
  useDirectory();

  it('shows a record in one line under a heading', async () => {
    const { exit, out, err } = await run([file('a.log', line('k3f9x-1'))]);
    const [heading = '', row = '', rest] = out.split('\n');
    expect(heading).to.match(HEADING);
    expect(row.split(/ {2,}/)).to.deep.equal([
      ...['2026-11-20T22:59:00.123Z', '10.21.5.18 (vpn)', 'www.example.com.', 'A', 'REFUSED'],
      ...['acl', 'acl.query 0.0.0.0/0', 'config/site.yaml:42', 'k3f9x-1', '-'],
    ]);
    expect({ exit, rest, err }).to.deep.equal({ exit: Exit.OK, rest: '', err: '' });
  });

  const refusal = {
    address: '10.0.0.10:53',
    verdict: 'client-acl',
    scope: 'zone',
    confidence: 'medium',
  };
  const cells = [
    {
      what: 'an upstream',
      fields: { upstream: { address: '10.0.0.10:53' } },
      at: 9,
      text: '10.0.0.10:53',
    },
    {
      what: 'why an upstream refused, and how sure that is',
      fields: { upstream: refusal },
      at: 9,
      text: '10.0.0.10:53 client-acl, zone (medium confidence)',
    },
    { what: 'a client without a group', fields: { group: undefined }, at: 1, text: '10.21.5.18' },
    { what: 'that there is no name', fields: { qname: undefined }, at: 2, text: '-' },
    { what: 'that there is no rule', fields: { rule: undefined }, at: 6, text: '-' },
    {
      what: 'a rule that nobody wrote without a line',
      fields: { rule: { id: 'default', file: '<built-in>', line: 0 } },
      at: 7,
      text: '<built-in>',
    },
    {
      what: 'what a rule in shadow mode would do',
      fields: { event: 'shadow', rcode: undefined, would: { layer: 'acl', action: 'refuse' } },
      at: 4,
      text: 'would refuse',
    },
    {
      what: 'a drop, which has no rcode',
      fields: { event: 'dropped', rcode: undefined },
      at: 4,
      text: 'dropped',
    },
    {
      what: 'how many a summary stands for',
      fields: { event: 'summary', of: 'refused', count: 57 },
      at: 4,
      text: 'REFUSED x57',
    },
    {
      what: 'how many drops a summary stands for',
      fields: { event: 'summary', of: 'dropped', rcode: undefined, count: 2 },
      at: 4,
      text: 'dropped x2',
    },
    {
      what: 'a block with NODATA as a block',
      fields: { event: 'blocked', rcode: 'NOERROR' },
      at: 4,
      text: 'blocked',
    },
    {
      what: 'a block with NXDOMAIN as NXDOMAIN',
      fields: { event: 'blocked', rcode: 'NXDOMAIN' },
      at: 4,
      text: 'NXDOMAIN',
    },
    {
      what: 'an answer as NOERROR',
      fields: { event: 'answered', rcode: 'NOERROR' },
      at: 4,
      text: 'NOERROR',
    },
    {
      what: 'an escaped name as it is',
      fields: { qname: 'a\\.b\\255.' },
      at: 2,
      text: 'a\\.b\\255.',
    },
    {
      what: 'what a terminal would act on as text',
      fields: { group: '\u001b[31mred\u202e\n' },
      at: 1,
      text: '10.21.5.18 (\\u001b[31mred\\u202e\\u000a)',
    },
  ];
  for (const { what, fields, at, text } of cells) {
    it(`shows ${what}`, async () => {
      const { out } = await run([file('a.log', line('k3f9x-1', fields))]);
      expect(out.split('\n')[1]?.split(/ {2,}/)[at]).to.equal(text);
    });
  }

  it('widens its columns for what comes, but not for the longest of names', async () => {
    const long = `${'x'.repeat(63)}.${'y'.repeat(63)}.`;
    const stdin = Readable.from([
      Buffer.from(line('k3f9x-1') + line('k3f9x-2', { qname: `${'z'.repeat(40)}.` })),
      Buffer.from(line('k3f9x-3', { qname: long }) + line('k3f9x-4')),
    ]);
    const { out } = await run([], { stdin });
    const [heading = '', first = '', second = '', third = '', fourth = ''] = out.split('\n');
    const at = (row: string) => row.indexOf('  acl ');
    expect(heading.indexOf('  LAYER')).to.equal(at(first));
    expect(at(first)).to.equal(at(second));
    expect(third).to.include(long);
    expect(at(fourth)).to.be.greaterThan(at(first)).and.lessThan(at(third));
  });

  const upstream = { address: '[2001:db8::53]:53', verdict: 'client-acl', confidence: 'medium' };
  for (const columns of [80, 100, 132, 240]) {
    it(`breaks rows at the same columns for ${columns} columns, and cuts nothing`, async () => {
      const stdout = new Terminal(columns);
      const lines = [
        line('k3f9x-1'),
        line('k3f9x-2', { client: '2001:db8:1234:5678::abcd', group: undefined, upstream }),
      ];
      await run([file('a.log', ...lines), '--timezone', 'Europe/Berlin'], { stdout });
      const rows = stdout.text.split('\n');
      expect(Math.max(...rows.map((row) => row.length))).to.be.at.most(columns);
      for (const text of ['2026-11-20T23:59:00.123+01:00', '2001:db8:1234:5678::abcd']) {
        expect(stdout.text).to.include(text);
      }
      for (const text of ['k3f9x-1', 'config/site.yaml:42', 'client-acl (medium confidence)']) {
        expect(stdout.text).to.include(text);
      }
      const layers = rows.filter((row) => row.includes('  acl ')).map((row) => row.indexOf('acl '));
      const heading = rows.find((row) => row.includes('LAYER'))!;
      expect(new Set(layers)).to.deep.equal(new Set([heading.indexOf('LAYER')]));
    });
  }

  it('writes into a terminal of fewer columns as if it had 80', async () => {
    const [narrow, wide] = [new Terminal(20), new Terminal(80)];
    for (const stdout of [narrow, wide]) await run([file('a.log', line('k3f9x-1'))], { stdout });
    expect(narrow.text).to.equal(wide.text);
  });

  const colours = [
    { event: 'refused', rcode: 'REFUSED', code: 31 },
    { event: 'blocked', rcode: 'NXDOMAIN', code: 33 },
    { event: 'answered', rcode: 'NOERROR', code: 32 },
    { event: 'failed', rcode: 'SERVFAIL', code: 31 },
  ];
  for (const { event, rcode, code } of colours) {
    it(`shows ${rcode} in colour ${code} where there are colours, in the same columns`, async () => {
      const [plain, coloured] = [new Terminal(240), new Terminal(240, 8)];
      for (const stdout of [plain, coloured]) {
        await run([file('a.log', line('k3f9x-1', { event, rcode }))], { stdout });
      }
      expect(coloured.text).to.include(`\u001b[${code}m${rcode}\u001b[39m`);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: what is looked for
      expect(coloured.text.replaceAll(/\u001b\[\d+m/g, '')).to.equal(plain.text);
      expect(plain.text).to.not.include('\u001b');
    });
  }

  it('has no heading when there is nothing to show', async () => {
    const { exit, out, err } = await run([file('a.log', line('k3f9x-1')), '--ref', 'k3f9x-2']);
    expect({ exit, out }).to.deep.equal({ exit: Exit.NEGATIVE, out: '' });
    expect(err).to.match(/^--ref: no record in what was read has "k3f9x-2"; expect a log of that/);
  });

  it('says nothing of a search that finds none', async () => {
    const { exit, err } = await run([file('a.log', line('k3f9x-1')), '--type', 'MX']);
    expect({ exit, err }).to.deep.equal({ exit: Exit.NEGATIVE, err: '' });
  });
});

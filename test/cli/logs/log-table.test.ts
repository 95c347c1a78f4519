import { Readable } from 'node:stream';
import { expect } from 'chai';
import { Exit } from '../../../src/cli/command.ts';
import { file, line, run, useDirectory } from './logs.ts';

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

  it('has no heading when there is nothing to show', async () => {
    const { exit, out, err } = await run([file('a.log', line('k3f9x-1')), '--ref', 'k3f9x-2']);
    expect({ exit, out, err }).to.deep.equal({ exit: Exit.NEGATIVE, out: '', err: '' });
  });
});

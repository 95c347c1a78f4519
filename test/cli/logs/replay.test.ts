import { Readable } from 'node:stream';
import { expect } from 'chai';
import { Exit } from '../../../src/cli/command.ts';
import { formatReplayed, replay } from '../../../src/cli/logs/replay.ts';
import { parseConfig } from '../../../src/config/config.ts';
import { compilePolicy, type Policy } from '../../../src/policy/compile.ts';
import { file, line, Sink, useDirectory } from './logs.ts';

const COMMON = 'upstreams: { default: { servers: [192.0.2.53] } }\n';

function compile(acl: string): Policy {
  const config = parseConfig('site.yaml', `${COMMON}acl: { query: ${acl} }`, {});
  return compilePolicy(config, '0.1.0', { now: 0 });
}

const NARROW = compile('{ 10.20.0.0/16: allow }');
const WIDE = compile('{ 10.20.0.0/16: allow, 10.21.0.0/16: allow }');

describe('cli/replay', () => {
  useDirectory();

  async function run(...records: string[]) {
    const [stdout, stderr] = [new Sink(), new Sink()];
    const request = { before: NARROW, after: WIDE, logs: [file('log', ...records)], json: false };
    const exit = await replay(request, { stdin: Readable.from([]), stdout, stderr });
    return { exit, text: stdout.text, said: stderr.text };
  }

  it('tells the queries of a log that would be decided otherwise, and how often each came', async () => {
    const other = line('c', { client: '10.22.0.1' });
    const { exit, text } = await run(line('a'), line('b'), other);
    expect(exit).to.equal(Exit.NEGATIVE);
    expect(text.split('\n')[0]).to.equal('2 of 3 queries would be decided otherwise');
    expect(text).to.match(
      /^ +2 {2}10\.21\.5\.18 {2}www\.example\.com\. A {2}REFUSED \(.* -> forwarded to /m,
    );
    expect(text).not.to.contain('10.22.0.1');
  });

  it('changes nothing by a log without such queries', async () => {
    const { exit, text } = await run(line('a', { client: '10.22.0.1' }));
    expect(exit).to.equal(Exit.OK);
    expect(text).to.equal('0 of 1 queries would be decided otherwise\n');
  });

  it('shows what a terminal would act on', async () => {
    const { text } = await run(line('a', { qname: '\u001b[2Jwww.example.com.' }));
    expect(text).to.contain('  \\u001b[2Jwww.example.com. A  ');
  });

  const usual = { rcode: 'REFUSED', layer: 'acl', action: 'refuse', rule: 'built-in default' };
  for (const { when, old, now, says } of [
    {
      when: 'another layer has a rule of the same name',
      old: usual,
      now: { ...usual, layer: 'recursion' },
      says: 'REFUSED (built-in default) by layer acl -> REFUSED (built-in default) by layer recursion',
    },
    {
      when: 'a rule answers where it had no data',
      old: { rcode: 'NOERROR', layer: 'policy', action: 'nodata', rule: 'house/a' },
      now: { rcode: 'NOERROR', layer: 'policy', action: 'answer', rule: 'house/a' },
      says: 'NOERROR (house/a) by action nodata -> NOERROR (house/a) by action answer',
    },
    {
      when: 'another rule forwards to the same group',
      old: { layer: 'route', action: 'forward', rule: 'routes .', upstream: 'default' },
      now: { layer: 'route', action: 'forward', rule: 'routes a.', upstream: 'default' },
      says: 'forwarded to default by rule routes . -> forwarded to default by rule routes a.',
    },
  ]) {
    it(`says what sets decisions apart when ${when}`, () => {
      const change = {
        client: '10.0.0.1',
        name: 'a.',
        type: 'A',
        way: '',
        old,
        new: now,
        count: 1,
      };
      const text = formatReplayed({ queries: 1, queriesChanged: 1, changes: [change] });
      expect(text.split('\n')[1]).to.equal(`       1  10.0.0.1  a. A  ${says}`);
    });
  }
});

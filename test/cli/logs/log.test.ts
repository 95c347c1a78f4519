import { Readable, Writable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { expect } from 'chai';
import fc from 'fast-check';
import { Exit, UsageError } from '../../../src/cli/command.ts';
import { parseRequest } from '../../../src/cli/logs/log.ts';
import { file, line, NOW, pathOf, refs, run, useDirectory } from './logs.ts';

describe('cli/log', () => {
  useDirectory();

  it('prints records as they are with --json', async () => {
    const odd = '{"time":"2026-11-20T22:59:00.123Z" ,"event":"refused","later":[1.0]}\n';
    const { out } = await run(['--json', file('a.log', line('k3f9x-1'), odd)]);
    expect(out).to.equal(line('k3f9x-1') + odd);
  });

  it('reads files in the order given, gzip by what is in them', async () => {
    const named = file('named.gz', gzipSync(line('k3f9x-1')), gzipSync(line('k3f9x-2')));
    const unnamed = file('decisions.log.2', gzipSync(line('k3f9x-3')));
    const misnamed = file('plain.gz', line('k3f9x-4'));
    const { out } = await run(['--json', named, unnamed, misnamed, '-'], {
      stdin: Readable.from([Buffer.from(line('k3f9x-5'))]),
    });
    expect(refs(out)).to.deep.equal([1, 2, 3, 4, 5].map((i) => `k3f9x-${i}`));
  });

  it('reads the files of a log that was rotated as they were written', async () => {
    const files = ['d.log', 'd.log.1', 'd.log.2.gz'].map((name) =>
      file(name, name.endsWith('.gz') ? gzipSync(line(name)) : line(name)),
    );
    const { out } = await run([...files, '--json']);
    expect(refs(out)).to.deep.equal(['d.log.2.gz', 'd.log.1', 'd.log']);
  });

  it('selects by every option', async () => {
    const upstream = { address: '10.0.0.10:53' };
    const path = file(
      'a.log',
      line('k3f9x-1'),
      line('k3f9x-2', { client: '192.0.2.1' }),
      line('k3f9x-3', { layer: 'upstream', upstream }),
      line('k3f9x-4', { event: 'blocked' }),
      line('k3f9x-5', { qname: 'www.example.net.' }),
      line('k3f9x-6', { qtype: 'TYPE65280' }),
      line('k3f9x-7', { time: '2026-11-20T22:00:00.000Z' }),
    );
    const cases = [
      { args: ['--client', '192.0.2.0/24'], found: 'k3f9x-2' },
      { args: ['--layer', 'upstream'], found: 'k3f9x-3' },
      { args: ['--upstream', '10.0.0.10'], found: 'k3f9x-3' },
      { args: ['--event', 'blocked'], found: 'k3f9x-4' },
      { args: ['--name', 'example.net'], found: 'k3f9x-5' },
      { args: ['--type', 'TYPE65280'], found: 'k3f9x-6' },
      { args: ['--ref', 'k3f9x-7'], found: 'k3f9x-7' },
    ];
    for (const { args, found } of cases) {
      const { exit, out } = await run(['--json', ...args, path]);
      expect({ exit, refs: refs(out) }).to.deep.equal({ exit: Exit.OK, refs: [found] });
    }
    expect(refs((await run(['--json', '--since', '10m', path])).out)).to.have.length(6);
  });

  const several = [
    { args: ['--client', '192.0.2.1', '--client', '192.0.2.2'], found: ['2', '3'] },
    { args: ['--client', '192.0.2.0/24', '--client', '10.21.5.18'], found: ['1', '2', '3', '4'] },
    { args: ['--type', 'AAAA', '--type', 'MX'], found: ['3', '4'] },
    { args: ['--name', 'example.net', '--name', 'example.org'], found: ['2', '4'] },
    {
      args: ['--layer', 'acl', '--layer', 'policy', '--client', '192.0.2.0/24'],
      found: ['2', '3'],
    },
    { args: ['--rule', 'a', '--rule', 'b/c d'], found: ['2', '3'] },
    { args: ['--group', 'vpn', '--group', 'lan'], found: ['1', '3'] },
    {
      args: ['--view', 'v', '--view', 'w', '--rcode', 'NXDOMAIN', '--rcode', 'SERVFAIL'],
      found: ['4'],
    },
    { args: ['--transport', 'dot', '--transport', 'doh', '--event', 'blocked'], found: ['4'] },
  ];
  for (const { args, found } of several) {
    it(`takes any of what is given several times: ${args.join(' ')}`, async () => {
      const path = file(
        'a.log',
        line('1'),
        line('2', { client: '192.0.2.1', group: 'x', qname: 'a.example.net.', rule: { id: 'a' } }),
        line('3', { client: '192.0.2.2', group: 'lan', qtype: 'AAAA', rule: { id: 'b/c d' } }),
        line('4', {
          ...{
            client: '10.21.5.18',
            group: 'x',
            qname: 'example.org.',
            qtype: 'MX',
            layer: 'policy',
          },
          ...{ view: 'w', rcode: 'NXDOMAIN', event: 'blocked', transport: 'doh' },
        }),
      );
      expect(refs((await run(['--json', ...args, path])).out)).to.deep.equal(found);
    });
  }

  const skipped = [
    { what: 'half a line at the end', content: line('k3f9x-2').slice(0, 50), count: 1 },
    {
      what: 'other programs’ lines',
      content: '{"level":30,"msg":"listening"}\nhello\n[]\n',
      count: 3,
    },
    { what: 'a line of 3 MiB', content: `${'x'.repeat(3 << 20)}\n`, count: 1 },
    { what: 'octets that are no UTF-8', content: Buffer.from([0xff, 0x00, 0xc3, 0x0a]), count: 1 },
    { what: 'empty lines, without counting them', content: '\n\r\n\n', count: 0 },
  ];
  for (const { what, content, count } of skipped) {
    it(`skips ${what}`, async () => {
      const { exit, out, err } = await run(['--json', file('a.log', line('k3f9x-1'), content)]);
      expect({ exit, refs: refs(out) }).to.deep.equal({ exit: Exit.OK, refs: ['k3f9x-1'] });
      expect(/^(\d+) lines? w[a-z]+ skipped: .*\n$/.exec(err)?.[1] ?? '0').to.equal(String(count));
    });
  }

  it('tells how many records a log says are missing', async () => {
    const lost = (records: number) =>
      `{"level":50,"time":"2026-11-20T22:59:00.123Z","event":"lost","records":${records},"msg":"x"}\n`;
    const one = await run(['--json', file('a.log', line('k3f9x-1'), lost(1))]);
    expect(one.err).to.equal('1 record is missing: it could not be written\n');
    const all = await run([file('a.log', lost(2), line('k3f9x-1'), lost(40))]);
    expect(all.err).to.equal('42 records are missing: they could not be written\n');
    expect(all.exit).to.equal(Exit.OK);
  });

  it('does not join the half line at the end of a file with the next file', async () => {
    const [start = '', end = ''] = [line('k3f9x-1').slice(0, 50), line('k3f9x-1').slice(50)];
    const { out, err } = await run(['--json', file('a.log', start), file('b.log', end)]);
    expect({ out, err: err.slice(0, 2) }).to.deep.equal({ out: '', err: '2 ' });
  });

  it('takes a last record that has no line end', async () => {
    const { out } = await run(['--json', file('a.log', line('k3f9x-1').trimEnd())]);
    expect(refs(out)).to.deep.equal(['k3f9x-1']);
  });

  it('finds the record behind half a record, and counts the half', async () => {
    const half = line('k3f9x-1').slice(0, 70);
    const { out, err } = await run(['--json', file('a.log', half, line('k3f9x-2'))]);
    expect({ refs: refs(out), count: err.slice(0, 2) }).to.deep.equal({
      refs: ['k3f9x-2'],
      count: '1 ',
    });
  });

  it('finds the record behind what a log collector writes before it', async () => {
    const collected = `Nov 20 22:59:00 ns1 rcode5[812]: ${line('k3f9x-1')}`;
    const { out, err } = await run(['--json', file('a.log', collected)]);
    expect({ out, err }).to.deep.equal({ out: line('k3f9x-1'), err: '' });
  });

  it('reads the same whatever pieces the octets come in', async () => {
    const text = `${line('k3f9x-1', { group: 'Büro' })}junk\n${line('k3f9x-2')}${line('k3f9x-3')}`;
    const whole = await run(['--json'], { stdin: Readable.from([Buffer.from(text)]) });
    const cuts = fc.array(fc.nat(text.length), { maxLength: 6 });
    const anyPieces = fc.tuple(fc.boolean(), cuts).map(([isGzip, at]) => {
      const octets = isGzip ? gzipSync(text) : Buffer.from(text);
      const bounds = [...[0, 1, ...at].sort((a, b) => a - b), octets.length];
      return bounds.slice(1).map((end, i) => octets.subarray(bounds[i], end));
    });
    await fc.assert(
      fc.asyncProperty(anyPieces, async (pieces) => {
        expect(await run(['--json'], { stdin: Readable.from(pieces) })).to.deep.equal(whole);
      }),
      { numRuns: 40 },
    );
  });
});

describe('cli/log what it cannot do', () => {
  useDirectory();

  const unreadable = [
    {
      what: 'is not there',
      path: () => pathOf('none'),
      says: 'there is no such file; expect',
    },
    {
      what: 'is a directory',
      path: () => pathOf('.'),
      says: 'is a directory; expect the files in it',
    },
    {
      what: 'is cut off within gzip',
      path: () => file('cut.gz', gzipSync(line('k3f9x-0')).subarray(0, 100)),
      says: 'ends too early for gzip, what stands before was read; expect',
    },
    {
      what: 'is damaged within gzip',
      path: () => file('bad.gz', gzipSync(line('k3f9x-0')).fill(0xff, 40)),
      says: 'is damaged gzip, what stands before was read; expect',
    },
  ];
  for (const { what, path, says } of unreadable) {
    it(`says that a file ${what}, and reads the others`, async () => {
      const bad = path();
      const { exit, out, err } = await run(['--json', bad, file('a.log', line('k3f9x-1'))]);
      expect({ exit, refs: refs(out) }).to.deep.equal({ exit: Exit.UNUSABLE, refs: ['k3f9x-1'] });
      expect(err.startsWith(`${bad}: ${says}`)).to.equal(true);
    });
  }

  it('shows what stands before the end of a gzip file that is cut off', async () => {
    const lines = Array.from({ length: 3000 }, (_, i) => line(`${i * 7919}`, { id: i })).join('');
    const zipped = gzipSync(lines);
    const { exit, out } = await run(['--json', file('cut.gz', zipped.subarray(0, -9))]);
    expect(exit).to.equal(Exit.UNUSABLE);
    expect(out).to.have.length.greaterThan(lines.length * 0.99);
  });

  const wrong = [
    { args: ['--client', '10.0.0.0/33'], says: '--client: "10.0.0.0/33" is not a prefix; expect' },
    {
      args: ['--layer', 'firewall'],
      says: '--layer: "firewall" is not known; expect protocol, acl',
    },
  ];
  for (const { args, says } of wrong) {
    it(`does not understand ${args.join(' ')}`, () => {
      expect(() => parseRequest(args, NOW))
        .to.throw(UsageError)
        .with.property('message')
        .that.satisfies((message: string) => message.startsWith(says));
    });
  }

  it('does not know other options', () => {
    expect(() => parseRequest(['--clients', '::1'], NOW)).to.throw(/--clients/);
    expect(() => parseRequest(['--client'], NOW)).to.throw(/--client/);
  });
});

describe('cli/log output', () => {
  /** More records than anybody reads, and how many of them were taken. */
  function endless() {
    const source = { taken: 0 };
    const stdin = Readable.from(
      (function* () {
        for (;;) yield Buffer.from(line(`k3f9x-${++source.taken}`));
      })(),
      { highWaterMark: 1 },
    );
    return { source, stdin };
  }

  it('ends quietly when nobody reads any more', async () => {
    let written = 0;
    const stdout = new Writable({
      write(_chunk, _encoding, done) {
        done(++written < 3 ? null : Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }));
      },
    });
    const { stdin } = endless();
    const { exit, err } = await run(['--json'], { stdin, stdout });
    expect({ exit, err, written }).to.deep.equal({ exit: Exit.OK, err: '', written: 3 });
    expect(stdin.destroyed).to.equal(true);
  });

  it('says when it cannot write', async () => {
    const stdout = new Writable({
      write: (_chunk, _encoding, done) =>
        done(Object.assign(new Error('no space left'), { code: 'ENOSPC' })),
    });
    const { exit, err } = await run(['--json'], { ...endless(), stdout });
    expect(exit).to.equal(Exit.UNUSABLE);
    expect(err).to.equal('stdout: cannot be written: no space left\n');
  });

  it('reads no faster than it can write', async () => {
    const { source, stdin } = endless();
    let written = 0;
    const stdout = new Writable({
      write(_chunk, _encoding, done) {
        written++;
        expect(source.taken - written).to.be.lessThan(5);
        setImmediate(done, written < 20 ? null : Object.assign(new Error(), { code: 'EPIPE' }));
      },
    });
    await run(['--json'], { stdin, stdout });
    expect(written).to.equal(20);
  });
});

import { Readable } from 'node:stream';
import { expect } from 'chai';
import fc from 'fast-check';
import { AssertionRecorder, recordAssertions } from '../../../src/cli/logs/record-assertions.ts';
import { parseAssertions } from '../../../src/explain/assertion-file.ts';
import { parseDecision } from '../../../src/observe/decision-filter.ts';
import { formatName, parseName } from '../../../src/wire/name.ts';
import { line, Sink } from './logs.ts';

async function record(...lines: readonly string[]) {
  const stdout = new Sink();
  const stderr = new Sink();
  const stdin = Readable.from(lines.map((one) => Buffer.from(one)));
  const exit = await recordAssertions(['-'], { stdin, stdout, stderr });
  return { exit, out: stdout.text, err: stderr.text };
}

/** What is read back: client, query and expectations. */
function readBack(out: string) {
  return parseAssertions('recorded.yaml', out, {}).map(({ client, query, expected }) =>
    [client, query, ...expected.map(({ key, value }) => `${key}=${value}`)].join(' '),
  );
}

const ACL = 'rcode=REFUSED layer=acl action=refuse rule=acl.query 0.0.0.0/0';

describe('cli/record-assertions', () => {
  const base = { action: 'refuse', transport: 'udp', opcode: 'QUERY', rd: true, qclass: 'IN' };

  it('writes one assertion for a decision, however often it was made', async () => {
    const { exit, out, err } = await record(
      line('a', base),
      line('b', { ...base, client: '10.21.9.9' }),
      line('c', { ...base, qtype: 'AAAA' }),
    );
    expect(readBack(out)).to.deep.equal([
      `10.21.5.18 www.example.com. A ${ACL}`,
      `10.21.5.18 www.example.com. AAAA ${ACL}`,
    ]);
    expect({ exit, err }).to.deep.equal({ exit: 0, err: '' });
  });

  it('tells clients without a group apart', async () => {
    const { out } = await record(
      line('a', { ...base, group: undefined }),
      line('b', { ...base, group: undefined, client: '10.21.9.9' }),
    );
    expect(readBack(out)).to.have.lengthOf(2);
  });

  const upstream = [
    { rule: 'upstreams.corp', expected: 'action=forward upstream=corp' },
    { rule: 'upstreams.corp leads back to this server', expected: 'action=forward upstream=corp' },
    { rule: 'routes corp.example', expected: 'action=forward rule=routes corp.example' },
  ];
  for (const { rule, expected } of upstream) {
    it(`holds of ${rule} that it was forwarded`, async () => {
      const { out } = await record(line('a', { ...base, layer: 'upstream', rule: { id: rule } }));
      expect(readBack(out)).to.deep.equal([`10.21.5.18 www.example.com. A ${expected}`]);
    });
  }

  it('names no two alike: a failure is told by its name', async () => {
    const { out } = await record(
      line('a', base),
      line('b', { ...base, transport: 'tcp' }),
      line('c', { ...base, rd: false }),
      line('d', { ...base, client: '10.21.9.9', rule: { id: 'acl.query 10.21.9.0/24' } }),
    );
    const names = [...out.matchAll(/name: "([^"]*)"/g)].map(([, name]) => name);
    const usual = 'refused by acl: www.example.com. A';
    expect(names).to.deep.equal([
      `${usual} for vpn`,
      `${usual} by TCP for vpn`,
      `${usual} RD=0 for vpn`,
      `${usual} for vpn: 10.21.9.9 by acl.query 10.21.9.0/24`,
    ]);
  });

  it('keeps what else the question was', async () => {
    const asked = { transport: 'tcp', opcode: 'UPDATE', rd: false, qclass: 'CH', rcode: undefined };
    const { out } = await record(line('a', { ...base, ...asked, action: 'drop' }));
    const [{ question, expected }] = parseAssertions('recorded.yaml', out, {}) as [
      ReturnType<typeof parseAssertions>[number],
    ];
    expect(question).to.deep.include({
      transport: 'tcp',
      opcode: 5,
      recursionDesired: false,
      rrClass: 3,
    });
    expect(expected[0]).to.deep.include({ key: 'rcode', value: 'none' });
  });

  const passing = [
    { layer: 'overload' },
    { layer: 'rate-limit' },
    { layer: 'protocol', action: 'reject' },
    { layer: 'policy', trigger: 'response-ip', match: '192.0.2.1' },
    { layer: 'policy', trigger: 'qname', match: 'cdn.example.' },
    { qname: undefined },
  ];
  for (const fields of passing) {
    it(`leaves out ${JSON.stringify(fields)}`, async () => {
      const { exit, out, err } = await record(line('a', { ...base, ...fields }));
      expect({ exit, out }).to.deep.equal({ exit: 1, out: '' });
      expect(err).to.include('1 decision was left out: what depends on more than the question');
    });
  }

  it('passes over what rules on trial would do', async () => {
    const shadow = { ...base, event: 'shadow', action: 'shadow', would: { action: 'refuse' } };
    const { out, err } = await record(line('a', shadow), line('b', base));
    expect(readBack(out)).to.deep.equal([`10.21.5.18 www.example.com. A ${ACL}`]);
    expect(err).to.equal('');
  });

  it('holds to the last policy', async () => {
    const { out, err } = await record(
      line('a', { ...base, policy: '00000001' }),
      line('b', { ...base, policy: '00000002', qname: 'new.example.' }),
    );
    expect(readBack(out).map((text) => text.split(' ')[1])).to.deep.equal(['new.example.']);
    expect(out).to.match(/^# 1 decision of policy 00000002, 2026-11-20T22:59:00\.123Z to /);
    expect(err).to.include('1 decision was left out: made by a policy before the last one');
  });

  it('counts lines that are none', async () => {
    const { out, err } = await record(
      'hello\n',
      line('a', base).slice(0, 90),
      '\n',
      line('b', base),
    );
    expect(readBack(out)).to.have.lengthOf(1);
    expect(err).to.include('2 lines were skipped');
  });

  it('writes 10000 at most', () => {
    const recorder = new AssertionRecorder();
    for (let i = 0; i < 10_005; i++) {
      recorder.add(parseDecision(line('a', { ...base, qname: `h${i}.example.` }))!);
    }
    expect(recorder.count).to.equal(10_000);
    expect(recorder.notes()).to.deep.equal([
      '5 decisions were left out: 10000 assertions are written at most',
    ]);
  });

  it('writes names of any octets so that they are read back', async () => {
    const labels = fc.array(fc.uint8Array({ minLength: 1, maxLength: 20 }), { maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(labels, async (parts) => {
        const wire = Uint8Array.from([...parts.flatMap((one) => [one.length, ...one]), 0]);
        const { out } = await record(line('a', { ...base, qname: formatName(wire) }));
        const [read] = parseAssertions('recorded.yaml', out, {});
        expect(parseName(read!.question.name)).to.deep.equal(wire);
      }),
      { examples: [[[Uint8Array.from([0x24, 0x7b, 0x41, 0x7d])]]] },
    );
  });
});

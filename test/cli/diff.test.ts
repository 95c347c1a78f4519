import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { runProgram } from '../world/run-program.ts';

const SITE = `upstreams: { default: { servers: [192.0.2.1] } }
acl: { query: { 10.0.0.0/8: allow } }
policies:
  - { name: house, rules: { bad.example: { action: refuse, mode: shadow } } }
`;

describe('cli/diff', () => {
  let folder = '';

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'rcode5-diff-'));
    writeFileSync(join(folder, 'old.yaml'), SITE);
    writeFileSync(join(folder, 'new.yaml'), SITE.replace('bad.example', 'worse.example'));
  });

  after(() => rmSync(folder, { recursive: true, force: true }));

  it('tells that rules in shadow mode differ, and what they would do', async () => {
    const files = ['old.yaml', 'new.yaml'].map((name) => join(folder, name));
    const plain = await runProgram(['diff', ...files]);
    expect(plain.code).to.equal(1);
    expect(plain.stdout).to.match(/rules in shadow mode differ: in force they would make \d+ more/);
    const enforced = await runProgram(['diff', '--as-enforced', ...files]);
    expect(enforced.code).to.equal(1);
    expect(enforced.stdout).to.contain('names    worse.example.').and.not.contain('shadow mode');
    const json = JSON.parse((await runProgram(['diff', '--json', ...files])).stdout);
    expect(json).to.deep.include({ changed: true, changes: [], settings: [] });
    expect(json.shadow.map(({ names }: { names: string[] }) => names[0])).to.include.members([
      'bad.example.',
      'worse.example.',
    ]);
  });

  it('tells nothing of rules in shadow mode that are the same', async () => {
    const file = join(folder, 'old.yaml');
    const { code, stdout } = await runProgram(['diff', file, file]);
    expect({ code, stdout }).to.deep.include({ code: 0 });
    expect(stdout).to.match(/^no change: policy [0-9a-f]+\n$/);
  });

  it('sets replayed questions apart that differ in the way they were asked', async () => {
    const file = join(folder, 'strict.yaml');
    writeFileSync(file, SITE.replace('10.0.0.0/8: allow', '10.0.0.0/8: refuse'));
    const question = { event: 'answered', client: '10.0.0.1', qname: 'a.example.', qtype: 'A' };
    const ways = [
      { rd: true, transport: 'udp' },
      { rd: true, transport: 'tcp' },
      { qclass: 'CH', rd: true, transport: 'udp' },
    ];
    const input = ways
      .map((way) => ({ level: 30, time: '2026-11-20T23:00:00.000Z', ...question, ...way }))
      .map((record) => `${JSON.stringify(record)}\n`)
      .join('');
    const { stdout } = await runProgram(['diff', '--replay', join(folder, 'old.yaml'), file], {
      input,
    });
    const rows = stdout.split('\n').slice(1, -1);
    expect(rows.filter((row) => row.includes('a.example. A by TCP'))).to.have.lengthOf(1);
    expect(new Set(rows).size).to.equal(rows.length);
  });
});

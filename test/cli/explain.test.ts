import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { UsageError } from '../../src/cli/command.ts';
import { explain } from '../../src/cli/explain.ts';
import { formatExplained } from '../../src/cli/explain-text.ts';
import { parseConfig } from '../../src/config/config.ts';
import { explainQuestion } from '../../src/explain/explain.ts';
import { askedQuestion, listenersOf } from '../../src/explain/question.ts';
import { compilePolicy } from '../../src/policy/compile.ts';

const CONFIG = `
listen: [127.0.0.1:5300, "[::1]:5300"]
clientGroups: { office: [10.20.0.0/16] }
acl:
  query:
    office: allow
    10.21.0.0/16: { action: refuse, mode: shadow, owner: netops }
    10.0.0.0/8: allow
    10.23.0.0/16: { action: allow, expires: 2026-11-01 }
    10.22.0.0/15: refuse
policies:
  - name: house
    rules:
      "*.bad.example": refuse
      typed.example: { action: nxdomain, types: [AAAA] }
      alone.example: drop
      "\\e[31mred.example": refuse
views: { guests: { clients: [10.30.0.0/16] } }
upstreams: { default: { servers: [192.0.2.1] } }
`;
const START = Date.parse('2026-11-20T23:00:00Z');

function shown(client: string, name: string): string {
  const policy = compilePolicy(parseConfig('site.yaml', CONFIG), '0.1.0', { now: START });
  const question = askedQuestion({ client, name }, listenersOf(policy));
  if (typeof question === 'string') expect.fail(question);
  const views = policy.views.map((view) => view.name);
  return formatExplained(explainQuestion(policy, question, START), views);
}

describe('cli/explain', () => {
  it('names the view of a client when there are several', () => {
    expect(shown('10.30.0.1', 'www.example')).to.match(
      /^www.example. A from .* RD=1, view guests$/m,
    );
    expect(shown('10.20.0.1', 'www.example')).to.match(
      /from 10.20.0.1 \(office\) .*, view default$/m,
    );
  });

  it('lets no control character of a rule through, to its last line', () => {
    const text = shown('10.20.0.1', '\\027[31mred.example');
    expect(text).to.match(/^REFUSED by policy .*: house\/\\u001b\[31mred\.example at site\.yaml:/m);
    expect(text).not.to.contain('\u001b');
  });

  const near: readonly (readonly [string, string, string])[] = [
    ['a wildcard', 'bad.example', 'house/*.bad.example'],
    ['a rule for another type', 'typed.example', 'house/typed.example'],
    ['a rule for the name above', 'www.alone.example', 'house/alone.example'],
  ];
  for (const [what, name, rule] of near) {
    it(`shows ${what} that comes near to ${name}, and why it is not for it`, () => {
      const lines = shown('10.20.0.1', name).split('\n');
      const at = lines.findIndex((line) => line.startsWith('  policy'));
      expect(lines[at]).to.match(/pass {6}no rule matches; the nearest is for /);
      expect(lines[at + 1]!.trim()).to.match(
        new RegExp(`^nearest: ${rule.replaceAll(/[.*]/g, '\\$&')} at site.yaml:\\d+$`),
      );
    });
  }

  it('shows what a rule in shadow mode would do', () => {
    expect(shown('10.21.0.1', 'www.example')).to.include(
      '\n  in shadow mode: acl would refuse: acl.query 10.21.0.0/16 at site.yaml:7 (netops)\n',
    );
  });

  it('ends with the hint of a rule that has expired', () => {
    expect(shown('10.23.0.1', 'www.example')).to.match(
      /\nhint: expired: allow 10\.23\.0\.0\/16 counted until 2026-11-01 at site.yaml:9\n$/,
    );
  });

  it('has no colours where nobody looks at a terminal', () => {
    expect(shown('10.23.0.1', 'www.example')).to.not.include('\u001b');
  });
});

describe('cli/explain options', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'rcode5-'));
    writeFileSync(join(folder, 'site.yaml'), CONFIG);
  });
  after(() => rmSync(folder, { recursive: true }));

  const cases = [
    { args: ['--listener', '127.0.0.1:53'], says: 'expect one of 127.0.0.1:5300, [::1]:5300' },
    { args: ['--live', '--type', 'AXFR'], says: '--live asks plain questions' },
    { args: ['--live', '--opcode', 'UPDATE'], says: '--live asks plain questions' },
  ];
  for (const { args, says } of cases) {
    it(`do not take ${args.join(' ')}`, async () => {
      const plain = [
        '-c',
        join(folder, 'site.yaml'),
        '--client',
        '10.0.0.1',
        '--name',
        'a.example',
      ];
      const error = await explain.run([...plain, ...args]).catch((reason: unknown) => reason);
      expect(error).to.be.instanceOf(UsageError);
      expect((error as Error).message).to.include(says);
    });
  }
});

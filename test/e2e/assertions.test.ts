import { expect } from 'chai';
import { runProgram } from '../world/run-program.ts';
import { cleanUp } from './processes.ts';
import { Site } from './rcode5.ts';

const HOLDS = '- { client: 127.0.0.1, query: www.example, expect: { action: forward } }\n';
const FAILS =
  '- { name: no strangers, client: 127.0.0.1, query: a.example, expect: { layer: acl } }\n';

describe('e2e assertions', () => {
  afterEach(cleanUp);

  const run = ({ folder }: Site, ...args: readonly string[]) => runProgram(args, { folder });

  it('hold: exit code 0', async () => {
    const site = new Site('node: ns1\n', { 'a.yaml': HOLDS, 'b.yaml': HOLDS + HOLDS });
    const { code, stdout } = await run(site, 'test', '-c', 'site.yaml', 'a.yaml', 'b.yaml');
    expect(stdout).to.match(/^ok assertions=3 policy=[0-9a-f]{8}\n$/);
    expect(code).to.equal(0);
  });

  it('fail: exit code 1, and one object with --json', async () => {
    const site = new Site('node: ns1\n', { 'a.yaml': HOLDS + FAILS });
    const { code, stdout } = await run(site, 'test', '-c', 'site.yaml', 'a.yaml', '--json');
    const { policy, failures, ...rest } = JSON.parse(stdout);
    expect(policy).to.match(/^[0-9a-f]{8}$/);
    expect(rest).to.deep.equal({ ok: false, assertions: 2, problems: [] });
    const rule = { id: 'routes .', file: 'site.yaml', line: 4, implicit: false };
    expect(failures).to.deep.equal([
      {
        ...{ file: 'a.yaml', line: 2, column: 3, name: 'no strangers' },
        ...{ client: '127.0.0.1', query: 'a.example' },
        ...{ expected: { layer: 'acl' }, actual: { layer: 'upstream' } },
        ...{ layer: 'upstream', rule },
      },
    ]);
    expect(code).to.equal(1);
  });

  it('cannot be used: exit code 2, and all that is wrong with them and the configuration', async () => {
    const site = new Site('colour: red\n', { 'a.yaml': '- { client: x }\n', 'b.yaml': '' });
    const { code, stdout, stderr } = await run(site, 'test', '-c', 'site.yaml', 'a.yaml', 'b.yaml');
    expect({ code, stdout }).to.deep.equal({ code: 2, stdout: '' });
    expect(stderr.split('\n').map((line) => line.split(' ', 1)[0])).to.deep.equal([
      ...['site.yaml:1:1:', 'a.yaml:1:3:', 'a.yaml:1:3:', 'a.yaml:1:13:', 'b.yaml:1:1:', ''],
    ]);
  });

  it('are there, or the command does not know what to do', async () => {
    const site = new Site('node: ns1\n');
    const { code, stderr } = await run(site, 'test', '-c', 'site.yaml');
    expect(code).to.equal(2);
    expect(stderr).to.match(
      /^site\.yaml names no assertions; expect a file of assertions\nusage: /,
    );
  });

  it('are a part of what check checks', async () => {
    const site = new Site('node: ns1\nassertions: [a.yaml]\n', { 'a.yaml': HOLDS + FAILS });
    const { code, stdout } = await run(site, 'check', '-c', 'site.yaml');
    expect(stdout).to.match(
      /^a\.yaml:2:3: no strangers: .*\n.*layer +expected acl +actual upstream\n.*\nassertions failed policy=\w+ rules=\d+ assertions=2\n/,
    );
    expect(code).to.equal(1);
  });
});

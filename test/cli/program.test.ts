import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { VERSION } from '../../src/version.ts';
import { runProgram } from '../world/run-program.ts';

const execute = promisify(execFile);
const README = readFileSync('README.md', 'utf8');

async function rcode5(...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await runProgram(args);
  expect({ code, stderr }).to.deep.equal({ code: 0, stderr: '' });
  return stdout;
}

describe('cli/program', () => {
  it('tells all commands, and of one alone how it is used', async () => {
    const all = await rcode5('--help');
    const short = await rcode5();
    const ofLog = await rcode5('log', '--client', 'x', '--help');
    const help = await rcode5('help', 'log');
    expect(short).to.equal(all);
    expect(all).to.match(/^ {2}serve /m);
    expect(ofLog.split('\n')[0]).to.equal(all.split('\n')[0]);
    expect(ofLog.match(/^ {2}\w+/gm)).to.deep.equal(['  log']);
    expect(all).to.contain(ofLog.split('\n').slice(2, 4).join('\n'));
    expect(ofLog).to.match(/^ {6}--ref REF +\S/m);
    expect(help).to.equal(ofLog);
  });

  it('has no command that README.md does not tell of, and the other way round', async () => {
    const names = [...(await rcode5('--help')).matchAll(/^ {2}(\w+) /gm)].map(([, name]) => name);
    const rows = [...README.matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name);
    expect(rows).to.deep.equal(names);
  });

  it('tells its version', async () => {
    const { stdout } = await execute(process.execPath, ['src/cli/main.ts', '--version']);
    expect(stdout).to.equal(`${VERSION}\n`);
  });

  it('does not know the usage of a command that there is not', async () => {
    const failed = await execute(process.execPath, ['src/cli/main.ts', 'help', 'foo']).catch(
      (error) => error,
    );
    expect(failed).to.include({ code: 2 });
    expect(failed.stderr).to.contain('there is no command foo');
  });
});

import { execFileSync, spawnSync } from 'node:child_process';
import { expect } from 'chai';
import { allCommands } from '../../src/cli/program.ts';
import { passOver } from '../world/needs.ts';

function runs(...command: readonly [string, ...string[]]): boolean {
  return spawnSync(command[0], command.slice(1)).error === undefined;
}

/** What bash offers for a line; the cursor is behind its last word. */
function offered(...words: readonly string[]): readonly string[] {
  const script = `source config/deploy/completion/rcode5.bash
    COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _rcode5; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const out = execFileSync('bash', ['-c', script, 'bash', ...words], { encoding: 'utf8' });
  return out.split('\n').filter((word) => word !== '');
}

describe('completion in bash', () => {
  before(function () {
    if (!runs('bash', '--version')) passOver(this, 'there is no bash');
  });

  it('offers every command', async () => {
    const names = (await allCommands()).map(({ name }) => name);
    expect(offered('rcode5', '')).to.have.members(names);
  });

  it('offers the commands that begin so', () => {
    expect(offered('rcode5', 'di')).to.have.members(['diff', 'diagnose']);
  });

  it('offers the options of the command', () => {
    expect(offered('rcode5', 'explain', '--cl')).to.have.members(['--client', '--class']);
  });

  it('offers files where a file is meant', () => {
    expect(offered('rcode5', 'check', '-c', 'tsconf')).to.deep.equal(['tsconfig.json']);
    expect(offered('rcode5', 'diff', 'tsconf')).to.deep.equal(['tsconfig.json']);
  });
});

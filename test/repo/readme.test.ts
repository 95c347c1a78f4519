import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { runProgram } from '../world/run-program.ts';

describe('README', () => {
  it('has a configuration to copy that check finds no fault with', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'rcode5-readme-'));
    const file = join(folder, 'site.yaml');
    const section = readFileSync('README.md', 'utf8').split('## A configuration to copy\n')[1]!;
    writeFileSync(file, /```yaml\n(.*?)```/s.exec(section)![1]!);
    const { code, stdout, stderr } = await runProgram(['check', '-c', file]);
    rmSync(folder, { recursive: true, force: true });
    expect({ code, stderr }).to.deep.equal({ code: 0, stderr: '' });
    expect(stdout).to.match(/^ok policy=[0-9a-f]+ rules=\d+\n$/);
  });
});

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { runProgram } from '../world/run-program.ts';

describe('cli/init', () => {
  let folder = '';

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'rcode5-init-'));
  });

  after(() => rmSync(folder, { recursive: true, force: true }));

  it('prints what check finds no fault with', async () => {
    const file = join(folder, 'first.yaml');
    const printed = await runProgram(['init']);
    const written = await runProgram(['init', '-o', file]);
    expect(written).to.include({ code: 0, stderr: '' });
    expect(readFileSync(file, 'utf8')).to.equal(printed.stdout);
    const checked = await runProgram(['check', '-c', file]);
    expect(checked).to.include({ code: 0, stderr: '' });
  });

  it('writes over no file', async () => {
    const file = join(folder, 'mine.yaml');
    await runProgram(['init', '-o', file]);
    const again = await runProgram(['init', '-o', file]);
    expect(again.code).to.equal(2);
    expect(again.stderr).to.contain(`${file} is there already`);
  });

  it('says where it cannot write', async () => {
    const { code, stderr } = await runProgram(['init', '-o', join(folder, 'none', 'x.yaml')]);
    expect(code).to.equal(2);
    expect(stderr).to.contain('expect a file in a folder that exists');
  });
});

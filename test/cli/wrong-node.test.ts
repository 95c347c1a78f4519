import { expect } from 'chai';
import { run } from '../e2e/processes.ts';

const MAIN = new URL('../../src/cli/main.ts', import.meta.url).href;

/** Runs the program as if this Node had another version. */
function runAs(version: string): ReturnType<typeof run> {
  const pretend = `
    const versions = { ...process.versions, node: '${version}' };
    Object.defineProperty(process, 'versions', { value: versions });
    Object.defineProperty(process, 'version', { value: 'v${version}' });
    process.argv = [process.execPath, 'rcode5', '--version'];
    import('${MAIN}');`;
  return run(process.execPath, ['-e', pretend]);
}

describe('cli: a Node that is too old', () => {
  for (const version of ['20.19.0', '22.17.1']) {
    it(`is told what is needed, in one sentence, when it is ${version}`, async () => {
      const { code, stdout, stderr } = await runAs(version);
      expect({ code, stdout }).to.deep.equal({ code: 2, stdout: '' });
      expect(stderr).to.equal(
        `rcode5 needs Node 22.18 or later, and this is v${version}; expect one in PATH\n`,
      );
    });
  }

  for (const version of ['22.18.0', '23.0.0', '26.10.0']) {
    it(`is none when it is ${version}`, async () => {
      expect(await runAs(version)).to.deep.include({ code: 0, stderr: '' });
    });
  }
});

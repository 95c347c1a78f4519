import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect } from 'chai';

describe('scripts/rcode5', () => {
  let folder = '';
  const inside = (path: string) => join(folder, path);

  function write(path: string, text: string): void {
    mkdirSync(dirname(inside(path)), { recursive: true });
    writeFileSync(inside(path), text);
  }

  function run(): string {
    return execFileSync(process.execPath, [inside('scripts/rcode5.js')], { encoding: 'utf8' });
  }

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'rcode5-clone-'));
    mkdirSync(inside('scripts'));
    copyFileSync('scripts/rcode5.js', inside('scripts/rcode5.js'));
    write('package.json', '{ "type": "module" }');
    write('src/cli/main.ts', "console.log('sources');\n");
    write('src/other.ts', 'export {};\n');
    write('dist/cli/main.js', "console.log('built');\n");
    const files = ['src/cli/main.ts', 'src/other.ts'];
    for (const file of files) utimesSync(inside(file), 1000, 1000);
    write('dist/build.json', 'src/cli/main.ts 24 1000000\nsrc/other.ts 11 1000000\n');
  });

  after(() => rmSync(folder, { recursive: true, force: true }));

  it('runs what was built while its sources are the same', () => {
    expect(run()).to.equal('built\n');
  });

  it('runs the sources when one of them has changed', () => {
    utimesSync(inside('src/other.ts'), 2000, 2000);
    expect(run()).to.equal('sources\n');
    utimesSync(inside('src/other.ts'), 1000, 1000);
  });

  it('runs the sources when one of them is gone', () => {
    rmSync(inside('src/other.ts'));
    expect(run()).to.equal('sources\n');
  });

  it('runs the sources when nothing was built', () => {
    rmSync(inside('dist'), { recursive: true });
    expect(run()).to.equal('sources\n');
  });
});

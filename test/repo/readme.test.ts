import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { allCommands } from '../../src/cli/program.ts';
import { LAYERS } from '../../src/decision/layers.ts';
import { runProgram } from '../world/run-program.ts';

/** Lines that a page shows before one scrolls. */
const FIRST_SCREEN = 36;
const MOST_LINES = 240;

interface Package {
  readonly scripts: Readonly<Record<string, string>>;
  readonly engines: { readonly node: string };
  readonly devDependencies: Readonly<Record<string, string>>;
}

describe('README', () => {
  const page = readFileSync('README.md', 'utf8');
  const about = JSON.parse(readFileSync('package.json', 'utf8')) as Package;
  const section = (heading: string) => page.split(`## ${heading}\n`)[1]!.split('\n## ')[0]!;

  it('has a configuration to copy that check finds no fault with', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'rcode5-readme-'));
    const file = join(folder, 'site.yaml');
    writeFileSync(file, /```yaml\n(.*?)```/s.exec(section('A configuration to copy'))![1]!);
    const { code, stdout, stderr } = await runProgram(['check', '-c', file]);
    rmSync(folder, { recursive: true, force: true });
    expect({ code, stderr }).to.deep.equal({ code: 0, stderr: '' });
    expect(stdout).to.match(/^ok policy=[0-9a-f]+ rules=\d+\n$/);
  });

  it('says on the first screen what it is, what it is not, the proof, and two commands', () => {
    const lines = page.split('\n');
    const first = lines.slice(0, FIRST_SCREEN).join('\n');
    for (const text of ['**It is**', '**It is not**', '**The proof**', 'npm start', 'npm test']) {
      expect(first).to.include(text);
    }
    expect(lines.length).to.be.at.most(MOST_LINES);
  });

  it('names scripts that there are', () => {
    const own = Object.keys(about.scripts);
    const named = [...page.matchAll(/npm (?:(start|test)\b|run (?:-s )?([\w:]+))/g)].map(
      ([, short, name]) => short ?? name!,
    );
    expect(named).to.include.members(['start', 'test', 'rcode5']);
    expect(own).to.include.members(named);
  });

  it('has the versions of Node that package.json has', () => {
    const [least] = /[\d.]+/.exec(about.engines.node)!;
    const [own] = /\d+/.exec(about.devDependencies['node']!)!;
    const tested = /NODES=([\d,]+)/.exec(about.scripts['test:nodes']!)![1]!.split(',');
    const install = section('Install');
    expect(install).to.include(`Node ${least} or later`);
    expect(install).to.include(`${tested.slice(0, -1).join(', ')} and ${tested.at(-1)} are tested`);
    expect(install).to.include(`Node ${own} comes with the packages`);
  });

  it('lists the commands that there are, in their order', async () => {
    const listed = [...section('Commands').matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name);
    expect(listed).to.deep.equal((await allCommands()).map(({ name }) => name));
  });

  it('draws the layers in their order', () => {
    const drawn = /```mermaid\n([\s\S]*?)```/.exec(page)![1]!;
    const nodes = drawn.split('\n').filter((line) => /^ *\w+.* --> /.test(line));
    const names = nodes.flatMap((line) =>
      line.split('-->').map((node) => /\[([a-z-]+)\]/.exec(node)?.[1] ?? node.trim()),
    );
    const layers = LAYERS.filter((name) => name !== 'overload');
    const found = names.filter((name) => (LAYERS as readonly string[]).includes(name));
    expect(found.filter((name, i) => found.indexOf(name) === i)).to.deep.equal(layers);
  });

  it('has as many servers and states as were measured', () => {
    const rows = readFileSync('scripts/reference/measured-causes.ndjson', 'utf8')
      .trim()
      .split('\n');
    const servers = new Set(rows.map((row) => JSON.parse(row).server));
    expect(servers.size).to.equal(11);
    expect(page).to.match(new RegExp(`eleven servers in\\s+${rows.length} states`));
  });

  it('has the ratios of what a refusal costs that docs/performance.md has', () => {
    const measured = rowOf(
      readFileSync('docs/performance.md', 'utf8'),
      'refused, each with its line',
    );
    const costs = measured.slice(0, 4).map((cell) => Number(cell.replaceAll('*', '')));
    const ratios = costs.map((cost) => (cost / costs[0]!).toFixed(1).replace(/^1\.0$/, '1'));
    expect(rowOf(page, 'CPU for a refusal').slice(0, 4)).to.deep.equal(ratios);
  });

  it('dates what it says of others', () => {
    expect(section('Beside other servers')).to.match(/measured in \w+ 20\d\d/);
  });
});

/** The cells of the first row of a table that begins so, without the first. */
function rowOf(page: string, beginning: string): string[] {
  const row = page.split('\n').find((line) => line.startsWith(`| ${beginning}`))!;
  return row
    .split('|')
    .slice(2, -1)
    .map((cell) => cell.trim());
}

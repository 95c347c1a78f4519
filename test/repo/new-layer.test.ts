import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { message, question } from '../world/messages.ts';
import { IS_WHOLE } from '../world/whole.ts';

const PAGE = 'docs/architecture.md';
const TABLE = 'docs/decisions.md';
/** What is not part of the source. */
const LEFT: readonly string[] = ['node_modules', '.git', 'dist', 'coverage'];

const LAYER = `/** Clients in quarantine: they are refused until somebody has looked at them. */

import { builtIn } from '../../decision/verdict.ts';
import { NO_PREFIX, PrefixTable } from '../../net/prefix-table.ts';
import { Ede } from '../../wire/registry.ts';
import type { Layer } from '../layer.ts';
import type { PolicyParts } from '../layer-parts.ts';

export function compileQuarantine({ config, verdicts }: PolicyParts): Layer {
  const table = new PrefixTable(config.quarantine.map(({ value }) => value));
  const refused = verdicts.add({
    layer: 'quarantine',
    action: 'refuse',
    rule: builtIn('quarantine'),
    ede: Ede.PROHIBITED,
    recursionAvailable: false,
  });
  return {
    name: 'quarantine',
    judge: ({ family, address }) =>
      table.find(family, address) === NO_PREFIX ? undefined : refused,
    account: () => ({ why: 'clients of quarantine are refused' }),
  };
}
`;

const SECTION = `## quarantine

### What it refuses

Clients that \`quarantine\` names, with EDE 18.

### Configure

\`quarantine\`: prefixes.

### What you see

The rule \`quarantine\`, in the file \`<built-in>\`. A client is told the code without a text.

### Example

\`\`\`console
$ rcode5 explain -c config/example.yaml --client 10.20.77.7 --name www.example.com
…
REFUSED by quarantine (refuse), EDE 18: quarantine (built in)
\`\`\`

## transfer
`;

/** The edits, by the places that the page names. */
const EDITS: Readonly<Record<string, (text: string) => string>> = {
  'src/policy/layers/NAME.ts': () => LAYER,
  'src/policy/order.ts': (text) =>
    replaced(
      replaced(text, '  { forView: compileAcl },\n', '$&  { once: compileQuarantine },\n'),
      'import { compileRateLimit }',
      "import { compileQuarantine } from './layers/quarantine.ts';\n$&",
    ),
  'src/decision/layers.ts': (text) =>
    replaced(
      text,
      "  acl: { decidesBy: ['client'], cause: 'client-acl', scope: 'server' },\n",
      "$&  quarantine: { decidesBy: ['client'], cause: 'client-acl', scope: 'server' },\n",
    ),
  'src/config/keys.ts': (text) =>
    replaced(
      text,
      '  rateLimit: optional(',
      "  quarantine: optional(list(prefix), 'clients that are refused for now', [], 'none'),\n$&",
    ),
  'config/example.yaml': (text) => `${text}\nquarantine: [10.20.77.0/24]\n`,
  [TABLE]: (text) => {
    const withCode = replaced(text, '| 18 | `acl`, ', '$&`quarantine`, ');
    const why = 'clients of quarantine are refused';
    const shown = replaced(
      withCode,
      '\n  transfer     pass      not asked for\n',
      `\n  quarantine   pass      ${why}$&`,
    );
    return replaced(shown, '## transfer\n', SECTION);
  },
};

/** What must hold in a project that has one layer more. */
const TESTS: readonly string[] = [
  'test/decision/layers.test.ts',
  'test/diagnose/rules/told.test.ts',
  'test/observe/decision-filter.test.ts',
  'test/policy/compile.test.ts',
  'test/policy/ede-codes.test.ts',
  'test/policy/policy-hash.test.ts',
  'test/repo/layering.test.ts',
  'test/repo/names.test.ts',
];

const CONFIG = `
acl: { query: { 10.20.0.0/16: allow } }
upstreams: { default: { servers: [192.0.2.53] } }
`;
const WITH_LAYER = `${CONFIG}quarantine: [10.20.77.0/24]\n`;

describe('a layer that is added by docs/architecture.md', () => {
  let folder: string;

  const run = promisify(execFile);
  const node = (...args: readonly string[]) => run(process.execPath, args, { cwd: folder });
  const read = (file: string) => readFileSync(join(folder, file), 'utf8');
  const load = (file: string) => import(join(folder, file));

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'rcode5-'));
    cpSync('.', folder, { recursive: true, filter: (file) => !LEFT.includes(basename(file)) });
    symlinkSync(resolve('node_modules'), join(folder, 'node_modules'));
    for (const [place, edit] of Object.entries(EDITS)) {
      const file = place.replace('NAME', 'quarantine');
      writeFileSync(join(folder, file), edit(file === place ? read(file) : ''));
    }
    // The description of the API, which takes long to write, has nothing of layers in it.
    await node('-e', "import('./scripts/docs.ts').then((docs) => docs.writePages(false))");
  });

  after(() => rmSync(folder, { recursive: true, force: true }));

  it('takes the places that the page names, and these alone', () => {
    expect(Object.keys(EDITS)).to.deep.equal(placesOf(readFileSync(PAGE, 'utf8')));
  });

  it('type-checks', async () => {
    // In part without the tests: `npm run typecheck` has those of the project as it is.
    const project = IS_WHOLE ? 'test/tsconfig.json' : 'tsconfig.json';
    await node('node_modules/typescript/bin/tsc', '--noEmit', '-p', project).catch(showOutput);
  });

  it('breaks none of the tests about layers', async () => {
    const options = ['--no-config', '--extension', 'ts', '--exit', '--timeout', '180000'];
    await node('node_modules/mocha/bin/mocha.js', ...options, ...TESTS).catch(showOutput);
  });

  it('stands in the table of the layers, and its section in the reference', () => {
    expect(read(TABLE)).to.include('| 3 | [`quarantine`](#quarantine) | Clients in quarantine:');
    expect(read('docs/configuration.md')).to.include('| `quarantine` |');
  });

  it('changes the policy hash with its section', async () => {
    const [none, one, other] = await Promise.all(
      [CONFIG, WITH_LAYER, WITH_LAYER.replace('77', '78')].map(compile),
    );
    expect(new Set([none!.hash, one!.hash, other!.hash]).size).to.equal(3);
  });

  it('is compared by diff: the section, and for whom it makes a difference', async () => {
    const { findChanges }: typeof import('../../src/diff/changes.ts') =
      await load('src/diff/changes.ts');
    const { changedSettings }: typeof import('../../src/diff/settings.ts') =
      await load('src/diff/settings.ts');
    const [before, after] = [await compile(CONFIG), await compile(WITH_LAYER)];
    expect(changedSettings(before.config, after.config)).to.deep.equal(['quarantine']);
    // DS records of special-use domains, which go to an upstream where their names do not.
    const isDs = ({ types }: { types: readonly string[] }) => types.join() === 'DS';
    const [change, ...others] = findChanges(before, after).filter(
      (found) => found.old.upstream && !isDs(found),
    );
    expect(others).to.deep.equal([]);
    expect(change).to.deep.include({ clients: ['10.20.77.0/24'], names: ['*'] });
    expect(change!.new).to.include({ rcode: 'REFUSED', layer: 'quarantine', rule: 'quarantine' });
  });

  it('is explained, and its example on the page is true', async () => {
    const shown = '--client 10.20.77.7 --name www.example.com'.split(' ');
    const { stdout } = await node(
      ...['src/cli/main.ts', 'explain', '-c', 'config/example.yaml', ...shown],
    ).catch((error) => error);
    expect(stdout).to.include('REFUSED by quarantine (refuse), EDE 18: quarantine (built in)');
    expect(stdout).to.match(/^ {2}quarantine +refuse/m);
  });

  it('is recorded and counted', async () => {
    const { Stage }: typeof import('../world/stage.ts') = await load('test/world/stage.ts');
    const stage = new Stage(WITH_LAYER, {});
    try {
      stage.query(message({ questions: [question('www.example.com')] }), {
        address: '10.20.77.7',
        port: 5,
        transport: 'udp',
      });
      expect(stage.records.at(-1)).to.deep.include({
        event: 'refused',
        layer: 'quarantine',
        ede: [18],
      });
      const series = stage.statistics.families.refused.values();
      expect(series.map(({ labels }) => labels['layer'])).to.deep.equal(['quarantine']);
    } finally {
      stage.close();
    }
  });

  async function compile(text: string) {
    const { parseConfig }: typeof import('../../src/config/config.ts') =
      await load('src/config/config.ts');
    const { compilePolicy }: typeof import('../../src/policy/compile.ts') =
      await load('src/policy/compile.ts');
    return compilePolicy(parseConfig('site.yaml', text), '1.2.3');
  }
});

/** The files before the colons of the numbered list. */
function placesOf(page: string): readonly string[] {
  const [, section] = /^## To add a layer\n([\s\S]*?)^## /m.exec(page)!;
  const heads = [...section!.matchAll(/^\d+\. ([^:]+):/gm)].map(([, head]) => head!);
  return heads.flatMap((head) => [...head.matchAll(/`([^`]+)`/g)].map(([, file]) => file!));
}

function replaced(text: string, what: string, by: string): string {
  expect(text.split(what), `what is edited: ${what}`).to.have.lengthOf(2);
  return text.replace(what, by);
}

/** The output of a command says why it failed. */
function showOutput({ stdout, stderr }: { stdout: string; stderr: string }): never {
  throw new Error(`${stdout}${stderr}`);
}

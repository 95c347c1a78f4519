/**
 * Fills the generated regions of README.md and docs/, and writes the manual, the completion for shells, and
 * what files for deployment repeat;
 * or says with `--check` which are stale.
 *
 * A region stands between `<!-- generated: NAME -->` and `<!-- end -->`.
 */

import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { allCommands } from '../src/cli/program.ts';
import { causesTable, scopesTable } from './reference/causes.ts';
import { bashCompletion, fishCompletion, zshCompletion } from './reference/completion.ts';
import { deployedFiles } from './reference/deployed.ts';
import { probesTable, verdictsTable } from './reference/diagnosis.ts';
import { differencesTable } from './reference/differences.ts';
import { doorsList, houseTable } from './reference/house.ts';
import { keysTables } from './reference/keys.ts';
import { layersTable } from './reference/layers.ts';
import { configurationPage, programPage } from './reference/manual.ts';
import { formatMetrics } from './reference/metrics.ts';
import { API_FILE, apiTable, formatApi } from './reference/openapi.ts';
import { fieldsTable, overloadRecord } from './reference/record.ts';
import { createSpecimen } from './reference/specimen.ts';

/** One page as it would be when its regions were filled anew. */
export interface Page {
  readonly file: string;
  readonly fresh: string;
  /** Names of its regions whose text is not what it would be. */
  readonly stale: readonly string[];
}

const REGION = /(?<=<!-- generated: ([a-z-]+) -->\n)[\s\S]*?(?=<!-- end -->)/g;

/** The pages that have documentation in them, by their path from the project's folder. */
export function listPages(): string[] {
  const docs = readdirSync('docs').filter((name) => name.endsWith('.md'));
  return ['README.md', ...docs.map((name) => `docs/${name}`)].filter((file) => existsSync(file));
}

/** Generates all regions of all pages. */
export async function generatePages(): Promise<readonly Page[]> {
  const regions = await generateRegions();
  const pages = listPages().map((file) => fillPage(file, readFileSync(file, 'utf8'), regions));
  return [...pages, ...(await generateFiles())];
}

/** What is generated from its first line to its last: the manual, and completion for shells. */
async function generateFiles(): Promise<readonly Page[]> {
  const commands = await allCommands();
  const files: Readonly<Record<string, string>> = {
    'docs/man/rcode5.1': programPage(commands),
    'docs/man/rcode5.yaml.5': configurationPage(),
    'config/deploy/completion/rcode5.bash': bashCompletion(commands),
    'config/deploy/completion/_rcode5': zshCompletion(commands),
    'config/deploy/completion/rcode5.fish': fishCompletion(commands),
    ...deployedFiles(),
  };
  return Object.entries(files).map(([file, fresh]) => {
    const before = existsSync(file) ? readFileSync(file, 'utf8') : '';
    return { file, fresh, stale: before === fresh ? [] : ['all of it'] };
  });
}

type Regions = Readonly<Record<string, string>>;

async function generateRegions(): Promise<Regions> {
  const specimen = createSpecimen();
  return {
    api: apiTable(),
    causes: causesTable(),
    scopes: scopesTable(),
    doors: doorsList(),
    house: houseTable(),
    keys: keysTables(),
    fields: fieldsTable(),
    layers: layersTable(specimen),
    overload: overloadRecord(specimen),
    metrics: await formatMetrics(specimen),
    probes: probesTable(),
    verdicts: verdictsTable(),
    differences: differencesTable(),
  };
}

function fillPage(file: string, text: string, regions: Regions): Page {
  const stale: string[] = [];
  const fresh = text.replace(REGION, (before, name: string) => {
    const after = regions[name];
    if (after === undefined) throw new Error(`${file}: nothing generates the region ${name}`);
    if (after !== before) stale.push(name);
    return after;
  });
  return { file, fresh, stale };
}

/** The description of `/api/v1`, in a file of its own. */
function writeApi(isCheck: boolean): void {
  const fresh = formatApi();
  const before = existsSync(API_FILE) ? readFileSync(API_FILE, 'utf8') : '';
  if (fresh === before) return;
  if (isCheck) {
    process.exitCode = 1;
    console.error(`${API_FILE} is stale; run: npm run docs`);
  } else {
    writeFileSync(API_FILE, fresh);
    console.log(API_FILE);
  }
}

/** Writes the pages whose regions are stale, or says which they are. */
export async function writePages(isCheck: boolean): Promise<void> {
  for (const { file, fresh, stale } of await generatePages()) {
    if (stale.length === 0) continue;
    if (isCheck) {
      process.exitCode = 1;
      console.error(`${file} is stale (${stale.join(', ')}); run: npm run docs`);
    } else {
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, fresh);
      console.log(`${file}: ${stale.join(', ')}`);
    }
  }
}

// mocha loads what tests import without waiting for it: no await at this level.
if (import.meta.main) {
  const isCheck = process.argv.includes('--check');
  writeApi(isCheck);
  void writePages(isCheck);
}

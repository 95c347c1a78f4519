/**
 * `npm run bench:first-row`: milliseconds to the first row of the console in Chromium, with what it waits for
 * until then, beside pages that have one row and nothing else. Takes a minute: all pages in turn, so
 * that a busy machine is as busy for each. `-- --records 10000000` has as long a log as `bench:load` has.
 */

import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { cleanUp, findProgram } from '../test/e2e/processes.ts';
import { Site, serve } from '../test/e2e/rcode5.ts';
import { TestBrowser } from '../test/world/browser.ts';
import { type FirstRow, timeFirstRow } from './load/first-row.ts';
import { writeLongLog } from './load/long-log.ts';
import { formatTable } from './load/table.ts';

const { values } = parseArgs({
  options: {
    records: { type: 'string', default: '300000' },
    reps: { type: 'string', default: '15' },
  },
});

const ROW = '<tr><td>a row</td></tr>';
const TABLE = '<!doctype html><title>bare</title><table><tbody>';
const STEPS = ['page', 'script', 'asked', 'answered', 'row'] as const;

/** What Chromium itself takes: a page with a row, and one whose script makes it. */
const BARE: Readonly<Record<string, readonly [type: string, body: string]>> = {
  '/': ['text/html', `${TABLE}${ROW}`],
  '/scripted': ['text/html', `${TABLE}</table><script type="module" src="/row.js"></script>`],
  '/row.js': ['text/javascript', `document.querySelector('tbody').innerHTML = '${ROW}';`],
};

const bare = createServer(({ url = '/' }, response) => {
  const [type, body] = BARE[url] ?? ['text/plain', ''];
  response.writeHead(200, { 'content-type': type }).end(body);
});
await new Promise<void>((resolve) => bare.listen(0, '127.0.0.1', resolve));
const folder = mkdtempSync(join(tmpdir(), 'rcode5-first-row-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
const log = await writeLongLog(folder, Number(values.records));
const site = new Site(`threads: 1\ndecisionLog: { to: ${log} }\n`);
const browser = await TestBrowser.start(findProgram('chromium')!);
try {
  const server = await serve(site);
  const console_ = `${server.admin}/#/decisions`;
  const bareUrl = `http://127.0.0.1:${(bare.address() as { port: number }).port}`;
  const pages = {
    'a page with a row': bareUrl,
    'a page whose script makes one': `${bareUrl}/scripted`,
    decisions: console_,
    'decisions of a network and a type': `${console_}?client=10.3.0.0/16&type=AAAA`,
  };
  const times = new Map<string, FirstRow[]>(Object.keys(pages).map((name) => [name, []]));
  for (let i = 0; i < Number(values.reps); i++) {
    for (const [name, url] of Object.entries(pages)) {
      times.get(name)!.push(await timeFirstRow(browser, url));
    }
  }
  const rows = [...times].map(([name, all]) => [
    name,
    ...STEPS.map((step) => quantiles(all.map((one) => one[step]))),
  ]);
  console.log('Milliseconds, median and lowest quarter:\n');
  console.log(formatTable(['page', ...STEPS], rows));
} finally {
  await browser.close();
  bare.close();
  await cleanUp();
}

function quantiles(numbers: readonly (number | undefined)[]): string {
  const sorted = numbers.filter((one) => one !== undefined).sort((a, b) => a - b);
  if (sorted.length === 0) return '';
  const at = (part: number) => sorted[Math.floor(sorted.length * part)]!.toFixed(0);
  return `${at(0.5)} (${at(0.25)})`;
}

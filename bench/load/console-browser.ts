/**
 * A process with a browser that looks at the console of a server: as many windows as it is told to
 * have, or one for as long as its first row takes.
 *
 *     node console-browser.ts CHROMIUM URL
 */

import { TestBrowser, type Window } from '../../test/world/browser.ts';
import { timeFirstRow } from './first-row.ts';

/** What is asked of it: windows that stay open, or the milliseconds to a first row. */
export type ToBrowser = { readonly open: readonly string[] } | { readonly time: string };
/** Its answer: how many windows are open, or how long it took. */
export type FromBrowser = { readonly windows: number } | { readonly milliseconds: number };

const [, , chromium, url] = process.argv;
const browser = await TestBrowser.start(chromium!);
let windows: Window[] = [];

/** Has a window for each of these pages and no others. */
async function open(paths: readonly string[]): Promise<FromBrowser> {
  for (const window of windows.splice(0)) await window.close();
  for (const path of paths) {
    const window = await browser.open();
    windows = [...windows, window];
    await window.page.goto(`${url}/#/${path}`);
    await window.page.locator('main table, main figure').first().waitFor();
  }
  return { windows: windows.length };
}

async function time(path: string): Promise<FromBrowser> {
  return { milliseconds: (await timeFirstRow(browser, `${url}/#/${path}`)).row };
}

process.on('message', async (asked: ToBrowser) => {
  process.send!('open' in asked ? await open(asked.open) : await time(asked.time));
});
process.on('disconnect', () => process.exit());
process.send!({ windows: 0 } satisfies FromBrowser);

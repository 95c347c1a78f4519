/** How long a browser takes to the first row of a table, and what it waits for until then. */

import type { TestBrowser } from '../../test/world/browser.ts';

/** Milliseconds since the visit began. */
export interface FirstRow {
  readonly page: number;
  /** The script has come; undefined for a page without one, as all that follows. */
  readonly script?: number;
  /** The decisions were asked for, and have come. */
  readonly asked?: number;
  readonly answered?: number;
  readonly row: number;
}

/** Notes in the page when the first row stands in a table. */
const WATCH = `new MutationObserver((_changes, watch) => {
  if (document.querySelector('tbody tr') === null) return;
  watch.disconnect();
  window.firstRowMs = performance.now();
}).observe(document, { childList: true, subtree: true });`;

const READ = `(() => {
  const files = performance.getEntriesByType('resource');
  const script = files.find(({ name }) => name.endsWith('.js'));
  const decisions = files.find(({ name }) => /[/]decisions[?]/.test(name));
  return {
    page: performance.getEntriesByType('navigation')[0].responseEnd,
    script: script?.responseEnd,
    asked: decisions?.startTime,
    answered: decisions?.responseEnd,
    row: window.firstRowMs,
  };
})()`;

/** Visits a page with nothing in the cache. */
export async function timeFirstRow(browser: TestBrowser, url: string): Promise<FirstRow> {
  const window = await browser.open();
  await window.page.addInitScript(WATCH);
  await window.page.goto(url);
  // The Content-Security-Policy forbids playwright's own way to wait for a condition.
  await window.page.locator('tbody tr').first().waitFor();
  const first = (await window.page.evaluate(READ)) as FirstRow;
  await window.close();
  return first;
}

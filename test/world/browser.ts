/** A real browser: Chromium of the system, and all that it complains of. */

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';

export type { Page } from 'playwright-core';

const AXE: string = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
const ARGUMENTS = ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--mute-audio'];
/** A machine that is busy is slow, and that is no fault of a page. */
const PATIENCE_MS = 60_000;

type Scheme = 'light' | 'dark';

/** One window: its page, and what was wrong with it since the last look. */
export class Window {
  readonly page: Page;
  /** Octets that came over the network, by the path that was asked for. */
  readonly transferred: Map<string, number> = new Map();
  readonly #context: BrowserContext;
  #complaints: string[] = [];

  constructor(context: BrowserContext, page: Page) {
    this.#context = context;
    this.page = page;
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) this.#complaints.push(message.text());
    });
    page.on('pageerror', (error) => this.#complaints.push(String(error)));
    page.on('dialog', (dialog) => {
      this.#complaints.push(`a dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    page.on('requestfinished', async (request) => {
      const sizes = await request.sizes().catch(() => undefined);
      // The window was closed meanwhile.
      if (sizes === undefined) return;
      const { responseBodySize, responseHeadersSize } = sizes;
      const path = new URL(request.url()).pathname;
      const before = this.transferred.get(path) ?? 0;
      this.transferred.set(path, before + responseBodySize + responseHeadersSize);
    });
  }

  /** Errors, warnings and violations of the Content-Security-Policy, each once. */
  takeComplaints(): readonly string[] {
    return this.#complaints.splice(0);
  }

  /** What axe finds on the page as it is, in one colour scheme: `rule: element`. */
  async audit(colorScheme: Scheme): Promise<readonly string[]> {
    await this.page.emulateMedia({ colorScheme });
    await this.page.evaluate(readFileSync(AXE, 'utf8'));
    const { violations } = (await this.page.evaluate('axe.run()')) as AxeResults;
    return violations.flatMap(({ id, nodes }) =>
      nodes.map(({ html, failureSummary }) => `${colorScheme} ${id}: ${html} ${failureSummary}`),
    );
  }

  close(): Promise<void> {
    return this.#context.close();
  }
}

/** One browser for all windows of a test file. */
export class TestBrowser {
  readonly #browser: Browser;

  private constructor(browser: Browser) {
    this.#browser = browser;
  }

  static async start(executablePath: string): Promise<TestBrowser> {
    return new TestBrowser(await chromium.launch({ executablePath, args: ARGUMENTS }));
  }

  /** A window with no cookies of another. */
  async open(options: { width?: number; height?: number; colorScheme?: Scheme } = {}) {
    const { width = 1280, height = 900, colorScheme = 'light' } = options;
    const context = await this.#browser.newContext({
      ...{ viewport: { width, height }, colorScheme, reducedMotion: 'reduce' },
    });
    context.setDefaultTimeout(PATIENCE_MS);
    return new Window(context, await context.newPage());
  }

  close(): Promise<void> {
    return this.#browser.close();
  }
}

/** Makes the pictures of the console that the README and docs/console.md show: npm run pictures */

import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { cleanUp, findProgram } from '../e2e/processes.ts';
import { type Page, TestBrowser } from '../world/browser.ts';
import { Scene } from './scene.ts';

/** Some spans of the charts. */
const ALL_DAY_MS = 45_000;
const FOLDER = resolve(process.argv[2] ?? 'docs/pictures');

interface Picture {
  readonly name: string;
  readonly path: string;
  readonly colorScheme?: 'light' | 'dark';
  readonly width?: number;
  readonly height?: number;
  readonly prepare?: (page: Page, scene: Scene) => Promise<void>;
}

const PICTURES: readonly Picture[] = [
  {
    name: 'decisions',
    path: 'decisions',
    prepare: async (page) => {
      const row = page.locator('tr', { hasText: '127.0.20.1' }).first();
      await row.getByRole('button').click();
      await page.locator('.details').waitFor();
    },
  },
  { name: 'overview', path: 'overview', colorScheme: 'dark' },
  { name: 'explain', path: 'explain?client=127.0.20.1&name=www.example.com' },
  { name: 'policy', path: 'policy' },
  { name: 'upstreams', path: 'upstreams' },
  { name: 'operate', path: 'policy?part=operate', colorScheme: 'dark' },
  { name: 'narrow', path: 'decisions', width: 360 },
];

/** What people ask all day. */
async function askAround(scene: Scene): Promise<void> {
  const asked = [
    ['www.example.com', '127.0.0.5'],
    ['mail.example.com', '127.0.30.7'],
    ['www.example.com', '127.0.20.1'],
    ['poker.gambling.example', '127.0.30.7'],
    ['tracker.example', '127.0.0.5'],
    ['shop.example.com', '127.0.0.9'],
    ['ads.example', '127.0.30.7'],
    ['www.partner.example', '127.0.0.5'],
    ['mail.example.com', '127.0.20.9'],
  ] as const;
  const end = performance.now() + ALL_DAY_MS;
  while (performance.now() < end) {
    for (const [name, from] of asked) await scene.dig(name, from, '+short');
  }
}

mkdirSync(FOLDER, { recursive: true });
const scene = await Scene.start(undefined, { here: true });
const browser = await TestBrowser.start(findProgram('chromium')!);
try {
  await askAround(scene);
  for (const { name, path, prepare, ...options } of PICTURES) {
    const { page } = await browser.open({ width: 1100, height: 720, ...options });
    await page.goto(scene.page(path));
    await page.locator('table, figure, h2').first().waitFor();
    await prepare?.(page, scene);
    await page.screenshot({ path: join(FOLDER, `${name}.png`) });
    await page.context().close();
  }
} finally {
  await browser.close();
  await scene.close();
  await cleanUp();
}
process.exit();

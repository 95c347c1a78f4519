import { expect } from 'chai';
import { cleanUp, describeWith, findProgram } from '../e2e/processes.ts';
import { type Page, TestBrowser, type Window } from '../world/browser.ts';
import { PrefixProxy } from '../world/prefix-proxy.ts';
import { PROGRAMS, Scene } from './scene.ts';

const PREFIX = '/dns/site-a/';
const TOKENS = `{ listen: "127.0.0.1:0", tokens: [{ name: ops, token: for-all, may: reload }] }`;

describeWith(PROGRAMS, 'console: behind a proxy with a path', () => {
  let scene: Scene;
  let browser: TestBrowser;
  let proxy: PrefixProxy;
  let window: Window;
  let page: Page;
  before(async () => {
    [scene, browser] = await Promise.all([
      Scene.start(TOKENS),
      TestBrowser.start(findProgram('chromium')!),
    ]);
    proxy = await PrefixProxy.start(() => scene.site.server.admin, PREFIX);
    window = await browser.open();
    page = window.page;
  });
  after(async () => {
    await browser.close();
    proxy.close();
    await scene.close();
    await cleanUp();
  });
  afterEach(() => {
    expect(window.takeComplaints()).to.deep.equal([]);
    expect(proxy.strays.filter((path) => path !== '/favicon.ico')).to.deep.equal([]);
  });

  it('logs in, with a cookie that goes only there', async () => {
    await page.goto(`${proxy.url}#/policy?part=operate`);
    await page.getByLabel('Token').fill('for-all');
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByRole('button', { name: 'Reload now' }).waitFor();
    const [cookie] = await page.context().cookies(`${proxy.url}api/v1/session`);
    expect(cookie!.path).to.match(/^\/dns\/site-a\//);
    expect(await page.context().cookies(`http://127.0.0.1:${proxy.port}/`)).to.deep.equal([]);
  });

  it('reloads, by a POST whose Origin is that of the proxy', async () => {
    await page.getByRole('button', { name: 'Reload now' }).click();
    await page.getByText('The last reload was taken over').waitFor();
  });

  it('shows decisions live, and goes from page to page below the path', async () => {
    await page.getByRole('link', { name: 'Decisions' }).click();
    await page.getByText('Live.', { exact: true }).waitFor();
    await scene.dig('www.example.com', '127.0.20.1');
    const row = page.locator('tbody tr:not(.opened)', { hasText: '127.0.20.1' });
    await row.getByRole('button').click();
    await page.getByRole('link', { name: 'Explain now' }).click();
    await page.getByRole('heading', { name: 'Explain', level: 1 }).waitFor();
    expect(page.url()).to.include(`${PREFIX}#/explain?`);
    await page.reload();
    await page.getByText('the most specific prefix').first().waitFor();
  });
});

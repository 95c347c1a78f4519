import { expect } from 'chai';
import { cleanUp, describeWith, findProgram } from '../e2e/processes.ts';
import { type Page, TestBrowser, type Window } from '../world/browser.ts';
import { PROGRAMS, Scene } from './scene.ts';

const TOKENS = `{ listen: "127.0.0.1:0", tokens: [
  { name: helpdesk, token: only-for-reading, may: read },
  { name: ops, token: also-for-reloading, may: reload } ] }`;

describeWith(PROGRAMS, 'console: logging in', () => {
  let scene: Scene;
  let browser: TestBrowser;
  let window: Window;
  let page: Page;
  before(async () => {
    [scene, browser] = await Promise.all([
      Scene.start(TOKENS),
      TestBrowser.start(findProgram('chromium')!),
    ]);
    window = await browser.open();
    page = window.page;
  });
  after(async () => {
    await browser.close();
    await scene.close();
    await cleanUp();
  });

  const logIn = async (token: string) => {
    await page.getByLabel('Token').fill(token);
    await page.getByRole('button', { name: 'Log in' }).click();
  };

  it('asks for a token, and says that another is wrong', async () => {
    await page.goto(scene.page('policy?part=operate'));
    await logIn('guessed');
    await page.getByText('this is no token of admin.token or admin.tokens.').waitFor();
    expect(await window.audit('light')).to.deep.equal([]);
    expect(await window.audit('dark')).to.deep.equal([]);
    // The browser itself reports a status of 401.
    expect(window.takeComplaints().join()).to.match(/^[^,]*status of 401[^,]*$/);
  });

  it('leads to the page that was asked for, with what the token may do', async () => {
    await logIn('only-for-reading');
    await page.getByText('Your token may read.').waitFor();
    expect(await page.getByRole('button', { name: 'Reload now' }).isDisabled()).to.equal(true);
    expect(await page.locator('header').innerText()).to.include('helpdesk may read');
    const [cookie] = await page.context().cookies();
    expect(cookie).to.include({ httpOnly: true, sameSite: 'Strict' });
    expect(window.takeComplaints()).to.deep.equal([]);
  });

  it('is asked for again when the session has ended, and the page stays', async () => {
    await page.goto(scene.page('decisions?event=refused'));
    await page.locator('.toolbar', { hasText: 'Live' }).waitFor();
    await page.context().clearCookies();
    await page.getByRole('link', { name: 'Policy' }).click();
    await page.getByText('Your session has ended, or its token was changed.').waitFor();
    window.takeComplaints();
    await logIn('also-for-reloading');
    await page.getByText('layers protocol').waitFor();
    expect(await page.locator('header').innerText()).to.include('ops may reload');
    expect(window.takeComplaints()).to.deep.equal([]);
  });

  it('ends with logging out', async () => {
    await page.getByRole('button', { name: 'Log out' }).click();
    await page.getByLabel('Token').waitFor();
    await page.reload();
    await page.getByLabel('Token').waitFor();
    expect(await page.locator('table').count()).to.equal(0);
    expect(window.takeComplaints()).to.deep.equal([]);
  });
});

import { expect } from 'chai';
import { cleanUp, describeWith, findProgram } from '../e2e/processes.ts';
import { type Page, TestBrowser, type Window } from '../world/browser.ts';
import { askUdp } from '../world/client.ts';
import { Flag, message, question } from '../world/messages.ts';
import { ASSERTION, PROGRAMS, Scene } from './scene.ts';

/** Octets that the first view may take, on the wire. */
const FIRST_VIEW = 120_000;

const WAITING = /(Asking( the servers?)?|Counting|Searching|Connecting)…/;

const PAGES = [
  'decisions',
  'decisions?event=refused&client=127.0.20.1',
  'overview',
  'overview?by=rules',
  'explain',
  'explain?client=127.0.30.7&name=www.example.com&live=1',
  'policy',
  'policy?part=lists',
  'policy?part=candidate',
  'policy?part=operate',
  'upstreams',
  'fleet',
  'nonsense',
];

describeWith(PROGRAMS, 'console: pages in a browser', () => {
  let scene: Scene;
  let browser: TestBrowser;
  let window: Window;
  let page: Page;
  before(async () => {
    [scene, browser] = await Promise.all([
      Scene.start(),
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
  afterEach(() => {
    expect(window.takeComplaints()).to.deep.equal([]);
  });

  const heading = (name: string) => page.getByRole('heading', { name, level: 1 }).waitFor();
  const rowOf = (text: string) => page.locator('tbody tr:not(.opened)', { hasText: text });
  /** Shows a page; what the one before has asked for is not waited for. */
  const visit = async (path: string) => {
    await page.goto(scene.page(path));
    await page.locator('nav').first().waitFor();
  };

  /** Waits until the page has all that it has asked for. */
  const whole = () => page.locator('main', { hasNotText: WAITING }).waitFor();

  it('show a decision when it is made, without being loaded again', async () => {
    await visit('decisions');
    await page.locator('.toolbar', { hasText: /Live/ }).waitFor();
    await page.evaluate('window.isStillHere = true');
    expect(await scene.dig('www.example.com', '127.0.20.1')).to.include('status: REFUSED');
    // The client's name comes after the row.
    await rowOf('laptop-17').waitFor();
    expect(await page.evaluate('window.isStillHere')).to.equal(true);
    expect(await rowOf('laptop-17').innerText()).to.match(
      /127\.0\.20\.1[\s\S]*www\.example\.com\.[\s\S]*Refused[\s\S]*acl/,
    );
  });

  it('open a decision in plain words, with lines to copy, by keys alone', async () => {
    await rowOf('127.0.20.1').getByRole('button').focus();
    await page.keyboard.press('Enter');
    const words = await page.locator('.details').innerText();
    expect(words).to.match(
      /Refused: www\.example\.com\. A of 127\.0\.20\.1, because of the access list/,
    );
    expect(words).to.match(/site\.yaml:13/);
    expect(words).to.include('Its owner is netops, the reason given is NET-42.');
    const ref = scene.site.records().at(-1)!.ref;
    expect(words).to.include(`rcode5 log --ref ${ref}`);
    expect(words).to.match(/dig @127\.0\.0\.1 -p \d+ www\.example\.com\. A/);
    expect(words).to.include('rcode5 explain --client 127.0.20.1 --name www.example.com.');
  });

  it('explain it now: each layer, the rule and the nearest that did not match', async () => {
    await page.getByRole('link', { name: 'Explain now' }).click();
    await heading('Explain');
    const row = page.locator('tbody tr', { hasText: 'the most specific prefix' });
    expect(await row.innerText()).to.match(
      /acl\s+refuse\s+acl\.query 127\.0\.20\.0\/24[\s\S]*netops[\s\S]*127\.0\.0\.0\/8/,
    );
    expect(await page.inputValue('[name=client]')).to.equal('127.0.20.1');
  });

  it('explain by asking the upstreams too', async () => {
    await page.fill('[name=client]', 'phone-3');
    await page.fill('[name=name]', 'www.partner.example');
    await page.getByLabel('Ask the upstreams too').check();
    await page.getByRole('button', { name: 'Explain' }).click();
    const table = page.getByRole('table', { name: 'Each upstream, asked by itself' });
    expect(await table.innerText()).to.match(/authoritative\s+REFUSED/);
    expect(page.url()).to.include('name=www.partner.example').and.include('live=1');
  });

  it('say what is wrong with a question', async () => {
    await page.fill('[name=client]', 'nobody-here');
    await page.getByRole('button', { name: 'Explain' }).click();
    await page.getByRole('alert').waitFor();
    expect(await page.getByRole('alert').innerText()).to.include('no client is named nobody-here');
    // The browser itself reports a status of 400.
    expect(window.takeComplaints().join()).to.match(/^[^,]*status of 400[^,]*$/);
  });

  it('filter decisions, and show the same to whoever follows the URL', async () => {
    await scene.dig('www.example.com', '127.0.0.5');
    await visit('decisions');
    await rowOf('127.0.0.5').first().waitFor();
    await page.getByLabel('What happened').selectOption('refused');
    await page.getByLabel('Client').fill('laptop-17');
    await page.getByRole('button', { name: 'Show', exact: true }).click();
    await rowOf('127.0.20.1').waitFor();
    expect(await rowOf('').count()).to.equal(1);
    const other = await browser.open();
    await other.page.goto(page.url());
    await other.page.locator('tbody tr', { hasText: '127.0.20.1' }).waitFor();
    expect(await other.page.locator('tbody tr').count()).to.equal(1);
    expect(await other.page.getByLabel('Client').inputValue()).to.equal('laptop-17');
    expect(other.takeComplaints()).to.deep.equal([]);
    await other.close();
  });

  it('stop a search that takes long, and go on with it', async () => {
    await page.route(/decisions[?].*name=nobody/, () => {});
    await visit('decisions?name=nobody.example');
    const ended = page.waitForEvent('requestfailed', (one) => one.url().includes('nobody'));
    await page.getByRole('button', { name: 'Stop searching' }).click();
    await page.getByText('Stopped.').waitFor();
    expect((await ended).failure()?.errorText).to.equal('net::ERR_ABORTED');
    await page.unroute(/decisions[?].*name=nobody/);
    await page.getByRole('button', { name: 'Show older ones' }).click();
    await page.getByText('No decision is like that. All of the log has been searched.').waitFor();
    expect(await page.getByRole('button', { name: 'Stop searching' }).count()).to.equal(0);
  });

  it('read what was made while they were paused', async () => {
    await visit('decisions');
    await page.locator('.toolbar', { hasText: /Live/ }).waitFor();
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.getByText('Paused: what is made now').waitFor();
    await scene.dig('mail.example.com', '127.0.30.9');
    expect(await rowOf('127.0.30.9').count()).to.equal(0);
    await page.getByRole('button', { name: 'Go on live' }).click();
    await rowOf('127.0.30.9').waitFor();
    expect(await page.locator('.toolbar').innerText()).to.match(/away since .*: 1 decisions/);
  });

  it('come back when the server does, and say what was missed', async () => {
    await visit('decisions');
    await page.locator('.toolbar', { hasText: /Live/ }).waitFor();
    const { address, port } = scene.site.server.admin;
    await scene.site.stop();
    await page.getByText('The server does not answer since').waitFor();
    scene.site.write('site.yaml', scene.config(`{ listen: "${address}:${port}" }`));
    await scene.site.start();
    await scene.dig('mail.example.com', '127.0.30.11');
    await rowOf('127.0.30.11').waitFor();
    await page.getByText(/^Live again\. The stream was away since .*, and are here\.$/).waitFor();
    const complaints = window.takeComplaints();
    expect(
      complaints.filter((one) => !/ERR_(CONNECTION|INCOMPLETE|EMPTY)/.test(one)),
    ).to.deep.equal([]);
  });

  it('show names and texts of others as text', async () => {
    await visit('decisions?client=127.0.30.13');
    await page.locator('.toolbar', { hasText: /Live/ }).waitFor();
    const name = '<img/src=x onerror=alert(1)>.<script>alert(2)</script>.example.com';
    const asked = message({ flags: Flag.RD, questions: [question(name)] });
    await askUdp(scene.site.target('127.0.30.13'), asked);
    await rowOf('<script>').getByRole('button').click();
    expect(await page.locator('.details').innerText()).to.include('<img/src=x');
    expect(await page.locator('main img, main script').count()).to.equal(0);
  });

  it('compare a configuration that is uploaded, with the latest decisions', async () => {
    await visit('policy?part=candidate');
    const text = scene
      .config()
      .replace('127.0.20.0/24: { action: refuse', '127.0.20.0/24: { action: allow');
    const { address, port } = scene.site.server.admin;
    const buffer = Buffer.from(text.replace('127.0.0.1:0" }\ndec', `${address}:${port}" }\ndec`));
    await page.setInputFiles('[type=file]', { name: 'new.yaml', mimeType: 'text/yaml', buffer });
    await page.getByRole('button', { name: 'Compare' }).click();
    await page.locator('pre.difference').waitFor();
    expect(await page.locator('pre.difference').innerText()).to.match(/127\.0\.20\.0\/24/);
    await page
      .getByRole('heading', { name: /^1 of the latest \d+ decisions would be others$/ })
      .waitFor();
    expect(await rowOf('127.0.20.1').innerText()).to.match(/REFUSED, acl[\s\S]*NOERROR/);
  });

  it('say where a configuration is wrong', async () => {
    await page.getByLabel('Configuration', { exact: true }).fill('listen: [nowhere]\nfoo: 1\n');
    await page.getByRole('button', { name: 'Compare' }).click();
    await page.getByRole('heading', { name: 'It could not be taken over' }).waitFor();
    expect(await page.locator('.problem').allInnerTexts()).to.satisfy((all: string[]) =>
      all.some((one) => /:2:1: .*foo/.test(one)),
    );
  });

  it('reload, and say which assertion fails', async () => {
    await visit('policy?part=operate');
    scene.site.write('assertions.yaml', ASSERTION.replace('forward', 'refuse'));
    await page.getByRole('button', { name: 'Reload now' }).click();
    await page.getByText('The last reload was not taken over').waitFor();
    expect(await page.locator('.problem').innerText()).to.match(
      /assertions\.yaml:1:\d+: .*guests may ask/,
    );
    scene.site.write('assertions.yaml', ASSERTION);
    await page.getByRole('button', { name: 'Reload now' }).click();
    await page.getByText('The last reload was taken over').waitFor();
    // The browser itself reports a status of 422.
    expect(window.takeComplaints().join()).to.match(/^[^,]*status of 422[^,]*$/);
  });

  it('pause a policy and resume it', async () => {
    expect(await scene.dig('ads.example', '127.0.0.5')).to.include('NXDOMAIN');
    const form = page.getByRole('form', { name: 'A pause' });
    await form.getByLabel('Client').fill('127.0.0.5');
    await form.getByLabel('Policy').selectOption('ads');
    await form.getByRole('button', { name: 'Pause' }).click();
    const resume = page.getByRole('button', { name: 'Resume' });
    await resume.waitFor();
    expect(await scene.dig('ads.example', '127.0.0.5')).to.include('REFUSED');
    await visit('overview');
    await page.getByText('Paused: ads for 127.0.0.5').waitFor();
    await visit('policy?part=operate');
    await resume.click();
    await page.getByText('Resumed.').waitFor();
    expect(await scene.dig('ads.example', '127.0.0.5')).to.include('NXDOMAIN');
  });

  it('flush a name, and say what is no name', async () => {
    const form = page.getByRole('form', { name: 'A name of the cache' });
    await form.getByRole('textbox', { name: 'Name' }).fill('a..b');
    await page.getByRole('button', { name: 'Flush' }).click();
    await page.getByText('expect a name like example.com').waitFor();
    await form.getByRole('textbox', { name: 'Name' }).fill('example.com');
    await page.getByRole('button', { name: 'Flush' }).click();
    await page.getByText('example.com. and all below it').waitFor();
    expect(window.takeComplaints().join()).to.match(/^[^,]*status of 400[^,]*$/);
  });

  for (const path of PAGES) {
    it(`have nothing for axe to find, light and dark: ${path}`, async () => {
      await visit(path);
      await whole();
      if (path.includes('client=127.0.20.1')) await page.locator('button.open').first().click();
      expect(await window.audit('light')).to.deep.equal([]);
      expect(await window.audit('dark')).to.deep.equal([]);
    });
  }

  it('need no more than 360 pixels', async () => {
    await page.setViewportSize({ width: 360, height: 700 });
    for (const path of PAGES) {
      await visit(path);
      await whole();
      const width = await page.evaluate('document.documentElement.scrollWidth');
      expect(width, path).to.be.at.most(360);
    }
    await page.setViewportSize({ width: 1280, height: 900 });
  });

  it('take little to be shown, however long the log is', async () => {
    for (let i = 0; i < 600; i++) {
      const asked = message({ flags: Flag.RD, questions: [question(`shop${i}.example.com`)] });
      await askUdp(scene.site.target('127.0.30.20'), asked);
    }
    const other = await browser.open();
    await other.page.goto(scene.page('decisions'));
    await other.page.getByText('Live.', { exact: true }).waitFor();
    const octets = [...other.transferred.values()].reduce((sum, size) => sum + size, 0);
    expect([...other.transferred.keys()].join()).to.match(/main-\w+\.js.*decisions/);
    expect(octets).to.be.above(10_000).and.below(FIRST_VIEW);
    expect(other.takeComplaints()).to.deep.equal([]);
    await other.close();
  });
});

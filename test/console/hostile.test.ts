import { expect } from 'chai';
import { cleanUp, describeWith, findProgram } from '../e2e/processes.ts';
import { TestBrowser, type Window } from '../world/browser.ts';
import { name as dnsName, ede, opt, record, TO_QUESTION } from '../world/messages.ts';
import { answerTo, Upstream } from '../world/upstream.ts';
import { PROGRAMS, Scene } from './scene.ts';

const MARKUP = '<img/src=x/onerror=alert(1)><script>alert(2)</script>';
const REFUSED = 5;
const PTR = 12;
const CLIENT = '127.0.30.66';
/** Its name is in no file: it is asked for. */
const STRANGER = '127.0.30.67';
const PTR_MARKUP = '"><img/src=x onerror=alert(3)>.<script>alert(4)</script>.example';
/** With the backslashes that a name has in presentation format (RFC 1035 section 5.1). */
const PTR_SHOWN = '<script>alert\\(4\\)</script>.example';

describeWith(PROGRAMS, 'console: texts of others', () => {
  let scene: Scene;
  let hostile: Upstream;
  let browser: TestBrowser;
  let window: Window;
  before(async () => {
    hostile = await Upstream.start(({ name, octets: query }) =>
      name.endsWith('.in-addr.arpa.')
        ? answerTo(query, { answers: [record(TO_QUESTION, PTR, dnsName(PTR_MARKUP))] })
        : answerTo(query, { rcode: REFUSED, additionals: [opt({ options: [ede(15, MARKUP)] })] }),
    );
    [scene, browser] = await Promise.all([
      Scene.start(),
      TestBrowser.start(findProgram('chromium')!),
    ]);
    const config = scene
      .config()
      .replace('upstreams: {', `upstreams: { bad: { servers: ["127.0.0.1:${hostile.port}"] },`)
      .replace('{ hosts: clients.txt }', '{ hosts: clients.txt }, { ptr: bad }');
    scene.site.write('clients.txt', `${CLIENT} ${MARKUP}\n`);
    scene.site.write('site.yaml', `${config}routes: { .: default, hostile.example: bad }\n`);
    const reloaded = await scene.site.http('/api/v1/reload', { method: 'POST' });
    expect(reloaded.body).to.include('"ok":true');
    await scene.dig('www.hostile.example', CLIENT);
    await scene.dig('www.hostile.example', STRANGER);
    window = await browser.open();
  });
  after(async () => {
    await browser.close();
    hostile.close();
    await scene.close();
    await cleanUp();
  });

  for (const { path, where } of [
    { path: `decisions?client=${CLIENT}`, where: 'tbody' },
    { path: `explain?client=${CLIENT}&name=www.hostile.example&live=1`, where: 'main' },
    { path: 'overview', where: 'main' },
  ]) {
    it(`are text, and never markup: ${path}`, async () => {
      const { page } = window;
      await page.goto(scene.page(path));
      await page.locator(where, { hasText: MARKUP }).waitFor();
      const row = page.locator('button.open').first();
      if (path.startsWith('decisions')) {
        await row.click();
        await page.getByText('All fields').click();
        // The name of the client, and the text of the EDE.
        const shown = await page.locator(where).innerText();
        expect(shown.split(MARKUP).length - 1).to.be.at.least(2);
      }
      expect(await page.locator('main img, main script').count()).to.equal(0);
      expect(window.takeComplaints()).to.deep.equal([]);
    });
  }

  it('are text, and never markup: names that PTR records give to clients', async () => {
    const { page } = window;
    for (const path of [`decisions?client=${STRANGER}`, 'overview']) {
      await page.goto(scene.page(path));
      await page.locator('main', { hasText: PTR_SHOWN }).waitFor();
      expect(await page.locator('main img, main script').count()).to.equal(0);
    }
    const { names } = await scene.site.json(`/api/v1/client-names?addresses=${STRANGER}`);
    expect(names[STRANGER]).to.include(PTR_SHOWN);
    expect(window.takeComplaints()).to.deep.equal([]);
  });
});

import { expect } from 'chai';
import { cleanUp, describeWith, findProgram } from '../e2e/processes.ts';
import { TestBrowser, type Window } from '../world/browser.ts';
import { ede, opt } from '../world/messages.ts';
import { answerTo, Upstream } from '../world/upstream.ts';
import { PROGRAMS, Scene } from './scene.ts';

const MARKUP = '<img/src=x/onerror=alert(1)><script>alert(2)</script>';
const REFUSED = 5;
const CLIENT = '127.0.30.66';

describeWith(PROGRAMS, 'console: texts of others', () => {
  let scene: Scene;
  let hostile: Upstream;
  let browser: TestBrowser;
  let window: Window;
  before(async () => {
    hostile = await Upstream.start(({ octets: query }) =>
      answerTo(query, { rcode: REFUSED, additionals: [opt({ options: [ede(15, MARKUP)] })] }),
    );
    [scene, browser] = await Promise.all([
      Scene.start(),
      TestBrowser.start(findProgram('chromium')!),
    ]);
    const config = scene
      .config()
      .replace('upstreams: {', `upstreams: { bad: { servers: ["127.0.0.1:${hostile.port}"] },`);
    scene.site.write('clients.txt', `${CLIENT} ${MARKUP}\n`);
    scene.site.write('site.yaml', `${config}routes: { .: default, hostile.example: bad }\n`);
    const reloaded = await scene.site.http('/api/v1/reload', { method: 'POST' });
    expect(reloaded.body).to.include('"ok":true');
    await scene.dig('www.hostile.example', CLIENT);
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
});

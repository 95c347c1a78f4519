import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { expect } from 'chai';
import { type Encrypted, LISTEN, serveEncrypted } from './encrypted.ts';
import { cleanUp, describeWith, makeFolder, run } from './processes.ts';
import { Site, sumOf } from './rcode5.ts';

const SITE = `${LISTEN}acl: { query: { 127.0.0.0/8: allow } }
policies:
  - name: house
    rules: { page.example: { answer: [127.0.0.1] }, "*.no.example": refuse }
decisionLog: { to: decisions.log, record: all }
`;
const PAGE = 'resolved by HTTPS';
/** Seconds. */
const PATIENCE = '60';

describeWith(['openssl', 'chromium', 'timeout'], 'e2e: Chromium by HTTPS', () => {
  let world: Encrypted;
  let site: Server;
  before(async () => {
    world = await serveEncrypted(new Site(SITE));
    site = createServer((_, response) => {
      response.setHeader('content-type', 'text/html');
      response.end(`<html><body>${PAGE}</body></html>`);
    });
    site.listen(0, '127.0.0.1');
    await once(site, 'listening');
  });
  after(() => {
    site?.close();
    return cleanUp();
  });

  const records = (name: string) =>
    world.server.site.records().filter(({ qname }) => qname === `${name}.`);

  /** The page that it shows; it has no other way to resolve names than the template. */
  async function browse(url: string, template: string): Promise<string> {
    const folder = makeFolder();
    const templates = `https://127.0.0.1:${world.doh}/dns-query${template}`;
    const state = { dns_over_https: { mode: 'secure', templates } };
    writeFileSync(join(folder, 'Local State'), JSON.stringify(state));
    const { stdout } = await run('timeout', [
      ...[PATIENCE, 'chromium', '--headless=new', '--no-sandbox', '--disable-gpu'],
      ...['--no-first-run', '--disable-background-networking', '--ignore-certificate-errors'],
      ...[`--user-data-dir=${folder}`, '--dump-dom', url],
    ]);
    return stdout;
  }

  it('shows a page whose name is answered, by GET', async () => {
    const { port } = site.address() as { port: number };
    expect(await browse(`http://page.example:${port}/`, '{?dns}')).to.contain(PAGE);
    const transports = records('page.example').map(({ transport }) => transport);
    expect([...new Set(transports)]).to.deep.equal(['doh']);
  });

  it('shows none whose name is refused, by POST, and each refusal has its record', async () => {
    expect(await browse('http://www.no.example/', '')).to.not.contain(PAGE);
    const refused = world.server.site.records().filter(({ event }) => event === 'refused');
    expect(records('www.no.example').length).to.be.above(0);
    for (const record of refused) expect(record.transport).to.equal('doh');
    expect(await sumOf(world.server, 'rcode5_refused_total')).to.equal(refused.length);
  });
});

import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { buildProgram } from '../../scripts/build-program.ts';
import { isFresh } from '../../scripts/rcode5.js';
import { cleanUp } from './processes.ts';
import { type Rcode5, ROOT, Site, serve } from './rcode5.ts';
import { ask } from './sockets.ts';

const execute = promisify(execFile);
const BUILT = join(ROOT, 'dist/cli/main.js');
const REFUSED = 5;
const NXDOMAIN = 3;

const rules = (action: string) =>
  `threads: 2\npolicies: [{ name: house, rules: { www.example.org: ${action} } }]\n`;

/** All threads are files of their own: for queries, for reloads, for searches. */
describe('e2e: the program as it is built', () => {
  let server: Rcode5;

  before(async () => {
    if (!isFresh()) await buildProgram();
    server = await serve(
      new Site(rules('refuse')),
      [],
      `shift 2; exec "${process.execPath}" "${BUILT}" "$@"`,
    );
  });

  after(cleanUp);

  it('refuses with a record, and takes over new rules', async () => {
    expect(await ask(server.port, 'www.example.org')).to.equal(REFUSED);
    const { site, program, admin } = server;
    site.configure(rules('nxdomain'));
    const reloaded = await fetch(`${admin}/api/reload`, { method: 'POST' });
    expect(reloaded.status).to.equal(200);
    expect(await ask(server.port, 'www.example.org')).to.equal(NXDOMAIN);
    expect(site.records().map(({ layer, rcode }) => `${layer} ${rcode}`)).to.deep.equal([
      'policy REFUSED',
      'policy NXDOMAIN',
    ]);
    expect(program.stderr).not.to.match(/error|cannot/i);
  });

  it('searches its log, and shows the console', async () => {
    const { admin } = server;
    const found = await fetch(`${admin}/api/v1/decisions?layer=policy`);
    expect(found.status).to.equal(200);
    expect(await found.text()).to.contain('www.example.org.');
  });

  it('reads its log by command', async () => {
    const { stdout } = await execute(process.execPath, [BUILT, 'log', server.site.log]);
    expect(stdout).to.contain('www.example.org.');
  });
});

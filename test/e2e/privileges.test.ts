import { chownSync, readFileSync } from 'node:fs';
import { expect } from 'chai';
import { passOver } from '../world/needs.ts';
import { type Installation, install } from './installation.ts';
import { findPort } from './peers.ts';
import { cleanUp, describeWith, findProgram, Program } from './processes.ts';
import { Site } from './rcode5.ts';
import { ask } from './sockets.ts';

const NOBODY = 65_534;
const NXDOMAIN = 3;
const CAP_NET_BIND_SERVICE = 1n << 10n;
const CONFIG = `threads: 2
policies: [{ name: house, rules: { www.example.org: nxdomain } }]
`;

describeWith(['setpriv'], 'e2e: a user with CAP_NET_BIND_SERVICE alone', () => {
  let installation: Installation;
  after(cleanUp);

  before(function () {
    // Only root can become somebody else.
    if (process.getuid?.() !== 0) passOver(this, 'this is not root');
    installation = install();
  });

  /** As the systemd unit starts it. */
  function start(site: Site, capabilities: string): Program {
    for (const path of [site.folder, site.config]) chownSync(path, NOBODY, NOBODY);
    const sets = ['inh-caps', 'ambient-caps', 'bounding-set'].map(
      (set) => `--${set}=${capabilities}`,
    );
    const user = [`--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups', '--no-new-privs'];
    return new Program(findProgram('setpriv')!, [
      ...[...user, ...sets, installation.node],
      ...[installation.program, 'serve', '-c', site.config],
    ]);
  }

  async function privilegedSite(): Promise<{ site: Site; port: number }> {
    const port = await findPort({ first: 600, count: 400 });
    return { site: new Site(`listen: ["127.0.0.1:${port}"]\n${CONFIG}`), port };
  }

  it('serves a port below 1024, reloads, and has no other privilege', async () => {
    const { site, port } = await privilegedSite();
    const program = start(site, '-all,+net_bind_service');
    await program.says(/admin HTTP on /);
    expect(await ask(port, 'www.example.org')).to.equal(NXDOMAIN);
    expect(await ask(port, 'www.example.org', { transport: 'tcp' })).to.equal(NXDOMAIN);
    program.signal('SIGHUP');
    await program.says(/reloaded policy=/);
    expect(await ask(port, 'www.example.org')).to.equal(NXDOMAIN);
    const status = readFileSync(`/proc/${program.pid}/status`, 'utf8');
    const capabilities = ['CapEff', 'CapPrm', 'CapBnd'].map((set) =>
      BigInt(`0x${new RegExp(`^${set}:\\s+(\\w+)$`, 'm').exec(status)![1]}`),
    );
    expect(new Set(capabilities)).to.deep.equal(new Set([CAP_NET_BIND_SERVICE]));
    expect(status).to.match(/^Uid:\t65534\t65534\t65534\t65534$/m);
    expect(program.stderr).not.to.match(/runs as root/);
    program.signal('SIGTERM');
    expect(await program.ended).to.deep.equal({ code: 0, signal: null });
  });

  it('is told which capability is missing', async () => {
    const { site } = await privilegedSite();
    const program = start(site, '-all');
    expect(await program.ended).to.deep.equal({ code: 2, signal: null });
    expect(program.stderr).to.match(/ports below 1024 need the capability CAP_NET_BIND_SERVICE/);
  });
});

/** A Node.js that does not export its OpenSSL: played by a koffi that finds none of its functions. */

import { expect } from 'chai';
import { dig } from './dig.ts';
import {
  type EncryptedPeer,
  makeShown,
  NAME,
  type Shown,
  startEncryptedUnbound,
} from './encrypted-peers.ts';
import { cleanUp, describeWith } from './processes.ts';
import { ROOT, Site, serve } from './rcode5.ts';

const WITHOUT = `const koffi = require('${ROOT}/node_modules/koffi');
const { load } = koffi;
koffi.load = (...names) => {
  const library = load(...names);
  return {
    func(signature, ...rest) {
      if (/ SSL_/.test(signature)) throw new Error('Cannot find function');
      return library.func(signature, ...rest);
    },
  };
};
`;

describeWith(['unbound', 'openssl', 'dig'], 'e2e: a Node.js that exports no OpenSSL', () => {
  let shown: Shown;
  let peer: EncryptedPeer;

  before(async () => {
    shown = makeShown();
    peer = await startEncryptedUnbound(shown);
  });
  after(cleanUp);

  const configuration = (group: string) => `threads: 2
decisionLog: { to: decisions.log, record: all }
upstreams: { default: ${group} }
cache: { entries: 0 }
`;
  const secured = (protocol: 'dot' | 'doh') =>
    `{ servers: ["${peer.servers[protocol]}"], ca: ${shown.authority.file} }`;

  function serveWithout(group: string) {
    const site = new Site(configuration(group));
    site.write('without.cjs', WITHOUT);
    const script = `NODE_OPTIONS="--require ${site.path('without.cjs')}" exec "$@"`;
    return serve(site, [], script);
  }

  for (const protocol of ['dot', 'doh'] as const) {
    it(`serves all by one thread, which asks by ${protocol}, and says so`, async () => {
      const { program, site, port } = await serveWithout(secured(protocol));
      expect(program.stdout + program.stderr).to.include(
        'no data threads, all is served by one: no OpenSSL within the program',
      );
      expect(await dig(port, `x.${peer.domain}`)).to.include({ status: 'NOERROR', answers: 1 });
      const refused = `x.refused.${peer.domain}`;
      expect(await dig(port, refused)).to.include({ status: 'REFUSED' });
      const [record, ...others] = site.records().filter(({ event }) => event === 'refused');
      expect(record!.upstream).to.include({ transport: protocol, certificate: NAME });
      expect(others).to.deep.equal([]);
    });
  }

  it('has its data threads where nothing is asked by TLS; a reload that would is refused', async () => {
    const server = await serveWithout(`{ servers: ["127.0.0.1:${peer.peer.port}"] }`);
    const { program, site, port } = server;
    expect(program.stdout + program.stderr).to.not.include('no data threads');
    const said = program.stderr.length;
    site.configure(configuration(secured('dot')));
    program.signal('SIGHUP');
    await program.says(/data threads that run cannot ask by TLS: no OpenSSL/, said);
    expect(await dig(port, `y.${peer.domain}`)).to.include({ status: 'NOERROR' });
  });
});

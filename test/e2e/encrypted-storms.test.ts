import { renameSync } from 'node:fs';
import { expect } from 'chai';
import { Clients } from './clients.ts';
import { type Encrypted, LISTEN, serveEncrypted } from './encrypted.ts';
import { cleanUp, describeWith } from './processes.ts';
import { Site, scrape, sumOf } from './rcode5.ts';

/** Reloads, each when so many more answers have come. */
const RELOADS = 10;
const BETWEEN = 100;

const configure = (comment: number) => `${LISTEN}acl: { query: { 127.0.0.0/8: refuse } }
node: storm${comment}
`;

describeWith(['openssl'], 'e2e: reloads while clients ask by TLS and HTTPS', () => {
  let world: Encrypted;
  before(async () => {
    world = await serveEncrypted(new Site(configure(0)));
  });
  after(cleanUp);

  it('cost no connection and no answer, and each refusal has its record', async () => {
    const { server, dot, doh } = world;
    const next = new Site(configure(0));
    let reloads = 0;
    const clients = new Clients(() => {
      if (clients.refused.length < BETWEEN * (reloads + 1)) return;
      if (++reloads > RELOADS) return clients.stop();
      // At once: half a configuration would be none.
      next.configure(configure(reloads));
      renameSync(next.config, server.site.config);
      server.program.signal('SIGHUP');
    });
    await clients.dot('127.0.0.1', dot);
    await clients.dot('127.0.0.2', dot);
    await clients.doh('127.0.0.3', doh);
    await clients.doh('127.0.0.4', doh);
    clients.start();
    await server.program.until('all answers', () =>
      reloads > RELOADS && clients.refused.length === clients.asked ? true : undefined,
    );
    const refused = server.site.records().filter(({ event }) => event === 'refused');
    const received = new Set(clients.refused);
    expect(received.size).to.equal(clients.refused.length);
    const recorded = refused.map(
      ({ transport, port, id, qname }) => `${transport} ${port} ${id} ${qname}`,
    );
    expect(recorded.sort()).to.deep.equal([...received].sort());
    expect(await sumOf(server, 'rcode5_refused_total')).to.equal(received.size);
    const queries = await scrape(server, 'rcode5_queries_total');
    for (const transport of ['dot', 'doh']) {
      const own = queries.find(({ labels }) => labels === `transport="${transport}"`);
      const asked = clients.refused.filter((one) => one.startsWith(transport)).length;
      expect(own?.value, transport).to.equal(asked);
    }
    expect(/.*(reload failed|"level":(50|60)).*/.exec(server.program.stderr)?.[0]).to.equal(
      undefined,
    );
  });
});

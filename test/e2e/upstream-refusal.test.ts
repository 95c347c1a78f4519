import { expect } from 'chai';
import type { WrittenRecord } from '../world/written-record.ts';
import { expectOpt, WAYS, type Way } from './dig.ts';
import { type Peer, startBind, startNsd } from './peers.ts';
import { cleanUp, describeWith } from './processes.ts';
import { type Rcode5, Site, serve } from './rcode5.ts';

const ZONE = `$TTL 300
@ SOA ns hostmaster 1 3600 600 86400 60
@ NS ns
ns A 192.0.2.53
`;

const PEERS = [
  {
    when: 'BIND lets nobody query',
    group: 'bind',
    code: 18,
    verdict: 'client-acl',
  },
  {
    when: 'NSD does not hold the zone',
    group: 'nsd',
    code: 20,
    verdict: 'no-recursion',
  },
] as const;

describeWith(['named', 'nsd', 'dig', 'kdig'], 'e2e: REFUSED of BIND and NSD', () => {
  let peers: Readonly<Record<'bind' | 'nsd', Peer>>;
  let server: Rcode5;
  let count = 0;

  before(async () => {
    const [bind, nsd] = await Promise.all([startBind(), startNsd('held.example', ZONE)]);
    peers = { bind, nsd };
    server = await serve(
      new Site(`upstreams:
  bind: { servers: ["127.0.0.1:${bind.port}"] }
  nsd: { servers: ["127.0.0.1:${nsd.port}"] }
routes:
  bind.example: bind
  nsd.example: nsd
`),
    );
  });
  after(cleanUp);

  function expectRecord(record: WrittenRecord, peer: (typeof PEERS)[number], way: Way): void {
    const { group, code, verdict } = peer;
    expect(record).to.deep.include({
      event: 'refused',
      rcode: 'REFUSED',
      layer: 'upstream',
      client: '127.0.0.1',
      transport: way.transport,
      ede: [code],
    });
    expect(record.rule).to.include({
      id: `upstreams.${group}`,
      file: server.site.config,
      line: server.site.lineOf(`${group}: {`),
    });
    const address = `127.0.0.1:${peers[group].port}`;
    expect(record.upstream).to.include({ address, aa: false, ra: false, verdict });
    expect(record.upstream?.ede.map((error) => error.code)).to.deep.equal([code]);
  }

  for (const peer of PEERS) {
    for (const way of WAYS) {
      it(`is passed on to ${way.way}, then from the cache, when ${peer.when}`, async () => {
        const name = `n${++count}.${peer.group}.example`;
        for (let i = 0; i < 2; i++) {
          const shown = await way.ask(server.port, ...way.args, name);
          expect(shown).to.include({ status: 'REFUSED', flags: 'qr rd', answers: 0 });
          expectOpt(shown, way);
          if (shown.hasOpt) expect(shown.ede[0]).to.equal(peer.code);
        }
        const records = server.site.records().filter(({ qname }) => qname === `${name}.`);
        expect(records.map(({ origin }) => origin)).to.deep.equal(['upstream', 'cache']);
        for (const record of records) expectRecord(record, peer, way);
      });
    }
  }
});

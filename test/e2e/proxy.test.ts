import { expect } from 'chai';
import { dig } from './dig.ts';
import { type Peer, startDnsdist } from './peers.ts';
import { cleanUp, describeWith } from './processes.ts';
import { type Rcode5, Site, scrape, serve } from './rcode5.ts';

const PROXY = '127.0.0.2';

const SITE = `listen:
  - { address: "127.0.0.1:0", proxyProtocol: { from: [127.0.0.2/32] } }
acl:
  query:
    127.0.20.0/24: allow
policies:
  - name: house
    rules: { walled.example: { answer: [192.0.2.7] } }
`;

/** Clients ask dnsdist, which asks the program and says for whom. */
describeWith(['dnsdist', 'dig'], 'e2e: behind dnsdist', () => {
  let server: Rcode5;
  let dnsdist: Peer;

  before(async () => {
    server = await serve(new Site(SITE));
    dnsdist = await startDnsdist(server.port);
  });
  after(cleanUp);

  const ways = [
    { way: 'UDP', args: [], transport: 'udp' },
    { way: 'TCP', args: ['+tcp'], transport: 'tcp' },
  ];
  for (const { way, args, transport } of ways) {
    it(`a client is refused by ${way} by its own address`, async () => {
      const name = `refused.${transport}.example`;
      const shown = await dig(dnsdist.port, ...args, '-b', '127.0.30.7', name);
      expect(shown).to.include({ status: 'REFUSED' });
      expect(shown.ede).to.deep.equal([18]);
      const records = server.site.records().filter(({ qname }) => qname === `${name}.`);
      expect(records).to.have.lengthOf(1);
      expect(records[0]).to.include({ client: '127.0.30.7', peer: PROXY, transport, layer: 'acl' });
    });

    it(`a client that may ask is answered by ${way}`, async () => {
      const shown = await dig(dnsdist.port, ...args, '-b', '127.0.20.7', 'walled.example');
      expect(shown).to.include({ status: 'NOERROR', answers: 1 });
      expect(server.site.records().at(-1)).to.include({
        event: 'blocked',
        client: '127.0.20.7',
        peer: PROXY,
        transport,
      });
    });
  }

  it('nobody gets past dnsdist, whatever the address', async () => {
    const asking = ['127.0.20.7', '127.0.0.3', PROXY].map((source) => {
      return dig(server.port, '-b', source, '+time=1', 'direct.example');
    });
    for (const { status } of await Promise.all(asking)) expect(status).to.equal(undefined);
    const names = server.site.records().map(({ qname }) => qname);
    expect(names).not.to.include('direct.example.');
    const ignored = await scrape(server, 'rcode5_ignored_packets_total');
    const counts = new Map(ignored.map(({ labels, value }) => [labels, value]));
    expect(counts.get('reason="proxy-source"')).to.equal(2);
    expect(counts.get('reason="proxy-header"')).to.equal(1);
  });
});

import { expect } from 'chai';
import { dig, expectOpt, kdig, WAYS } from './dig.ts';
import { startNsd } from './peers.ts';
import { cleanUp, describeWith } from './processes.ts';
import { type Rcode5, Site, serve } from './rcode5.ts';

/** TXT records whose answer has 96 octets each, and some more in all. */
function texts(owner: string, count: number): string {
  const lines = Array.from(
    { length: count },
    (_, i) => `${owner} TXT "${`${i}-`.padEnd(83, 'x')}"`,
  );
  return lines.join('\n');
}

/** More than 512 octets, less than 1232. */
const MEDIUM = 9;
/** More than 4096 octets. */
const LARGE = 43;
const ZONE = `$TTL 300
@ SOA ns hostmaster 1 3600 600 86400 60
@ NS ns
ns A 192.0.2.53
*.www A 192.0.2.80
${texts('*.medium', MEDIUM)}
${texts('*.large', LARGE)}
`;

/** What a client says of the sizes it takes, and the most that it is sent by UDP. */
const SIZES = [
  { args: ['+noedns'], most: 512 },
  { args: ['+bufsize=512'], most: 512 },
  { args: ['+bufsize=700'], most: 700 },
  { args: ['+bufsize=1232'], most: 1232 },
  { args: ['+bufsize=4096'], most: 1232 },
] as const;

describeWith(['nsd', 'dig', 'kdig'], 'e2e: answers of NSD', () => {
  let server: Rcode5;
  let count = 0;
  /** Nobody has asked for it before, so that it is in no cache. */
  const newName = (domain: string) => `n${++count}.${domain}.example.com`;

  before(async () => {
    const nsd = await startNsd('example.com', ZONE);
    server = await serve(
      new Site(`upstreams: { default: { servers: ["127.0.0.1:${nsd.port}"] } }`),
    );
  });
  after(cleanUp);

  for (const way of WAYS) {
    it(`are passed on to ${way.way}, and come again from the cache`, async () => {
      const name = newName('www');
      const first = await way.ask(server.port, ...way.args, name);
      const second = await way.ask(server.port, ...way.args, name);
      for (const shown of [first, second]) {
        expect(shown).to.include({ status: 'NOERROR', answers: 1 });
        expect(shown.text).to.match(/^n\d+\.www\.example\.com\.\s+300\s+IN\s+A\s+192\.0\.2\.80$/m);
        expectOpt(shown, way);
      }
      // AA is an authority's to say (RFC 1035 section 4.1.1), and the cache is none.
      expect([first.flags, second.flags]).to.deep.equal(['qr aa rd', 'qr rd']);
      expect(server.site.records()).to.deep.equal([]);
    });
  }

  for (const { args, most } of SIZES) {
    for (const ask of [dig, kdig]) {
      const client = `${ask.name} ${args.join(' ')}`;

      it(`fit into ${most} octets by UDP, or are truncated, for ${client}`, async () => {
        const name = newName('medium');
        const shown = await ask(server.port, '+ignore', ...args, name, 'TXT');
        const isWhole = most >= 1232;
        expect(shown.size).to.be.at.most(most);
        expect(shown.flags).to.equal(isWhole ? 'qr aa rd' : 'qr aa tc rd');
        expect(shown.answers).to.equal(isWhole ? MEDIUM : 0);
      });

      it(`of 4 KiB are truncated by UDP, whole by TCP, for ${client}`, async () => {
        const name = newName('large');
        // The second time the whole answer is in the cache.
        for (let i = 0; i < 2; i++) {
          const udp = await ask(server.port, '+ignore', ...args, name, 'TXT');
          expect(udp).to.include({ status: 'NOERROR', answers: 0 });
          expect(udp.flags).to.match(/\btc\b/);
          expect(udp.size).to.be.at.most(most);
          const tcp = await ask(server.port, '+tcp', ...args, name, 'TXT');
          expect(tcp).to.include({ status: 'NOERROR', answers: LARGE });
          expect(tcp.flags).not.to.match(/\btc\b/);
          expect(tcp.size).to.be.greaterThan(4096);
        }
      });
    }
  }

  for (const ask of [dig, kdig]) {
    it(`that are truncated make ${ask.name} come back by TCP`, async () => {
      const shown = await ask(server.port, newName('large'), 'TXT');
      expect(shown).to.include({ status: 'NOERROR', answers: LARGE });
    });
  }
});

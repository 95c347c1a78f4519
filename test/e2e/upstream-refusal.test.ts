import { expect } from 'chai';
import { dig, kdig, type Shown } from './dig.ts';
import { type Peer, startBind, startNsd } from './peers.ts';
import { cleanUp, describeWith } from './processes.ts';
import { type DecisionRecord, type Rcode5, Site, serve } from './rcode5.ts';

/** A TXT record set of about so many octets. */
function texts(owner: string, size: number): string {
  const count = Math.ceil(size / 92);
  const lines = Array.from(
    { length: count },
    (_, i) => `${owner} TXT "${`${i}-`.padEnd(79, 'x')}"`,
  );
  return lines.join('\n');
}

const MEDIUM = 900;
const LARGE = 4096;
const ZONE = `$TTL 300
@ SOA ns hostmaster 1 3600 600 86400 60
@ NS ns
ns A 192.0.2.53
*.www A 192.0.2.80
${texts('medium', MEDIUM)}
${texts('large', LARGE)}
`;

/** Ways to ask; `opt` is what the answer's OPT record must show, without it there is none. */
const WAYS = [
  { way: 'dig by UDP', ask: dig, args: [], transport: 'udp', opt: 'flags:;' },
  { way: 'dig by TCP', ask: dig, args: ['+tcp'], transport: 'tcp', opt: 'flags:;' },
  { way: 'dig without EDNS', ask: dig, args: ['+noedns'], transport: 'udp' },
  { way: 'dig by TCP without EDNS', ask: dig, args: ['+tcp', '+noedns'], transport: 'tcp' },
  { way: 'dig with DO', ask: dig, args: ['+dnssec'], transport: 'udp', opt: 'flags: do;' },
  { way: 'kdig by UDP', ask: kdig, args: [], transport: 'udp' },
  { way: 'kdig by TCP', ask: kdig, args: ['+tcp'], transport: 'tcp' },
  { way: 'kdig with EDNS', ask: kdig, args: ['+edns'], transport: 'udp', opt: 'flags: ;' },
  { way: 'kdig with DO', ask: kdig, args: ['+dnssec'], transport: 'udp', opt: 'flags: do;' },
] as const;

type Way = (typeof WAYS)[number];

function expectOpt(shown: Shown, way: Way): void {
  expect(shown.hasOpt, 'an OPT record').to.equal('opt' in way);
  if ('opt' in way) expect(shown.text).to.contain(way.opt);
}

describeWith(['named', 'nsd', 'dig', 'kdig'], 'e2e: upstreams that are BIND and NSD', function () {
  this.timeout(20_000);
  let bind: Peer;
  let nsd: Peer;
  let server: Rcode5;
  let count = 0;

  before(async () => {
    [bind, nsd] = await Promise.all([startBind(), startNsd('example.com', ZONE)]);
    server = await serve(
      new Site(`upstreams:
  bind: { servers: ["127.0.0.1:${bind.port}"] }
  nsd: { servers: ["127.0.0.1:${nsd.port}"] }
routes: { denied.example: bind, foreign.example: nsd, example.com: nsd }
`),
    );
  });
  after(cleanUp);

  /** Nobody has asked for it before, so that it is in no cache. */
  const newName = (zone: string) => `n${++count}.${zone}`;
  const recordOf = (name: string): DecisionRecord[] =>
    server.site.records().filter(({ qname }) => qname === `${name}.`);

  const refusals = [
    {
      when: 'BIND lets nobody query',
      zone: 'denied.example',
      peer: () => bind,
      group: 'bind',
      code: 18,
      verdict: 'client-acl',
    },
    {
      when: 'NSD does not hold the zone',
      zone: 'foreign.example',
      peer: () => nsd,
      group: 'nsd',
      code: 20,
      verdict: 'no-recursion',
    },
  ];
  for (const { when, zone, peer, group, code, verdict } of refusals) {
    describe(`when ${when}`, () => {
      for (const way of WAYS) {
        it(`passes REFUSED on to ${way.way}, and attributes it twice`, async () => {
          const name = newName(zone);
          for (let i = 0; i < 2; i++) {
            const shown = await way.ask(server.port, ...way.args, name);
            expect(shown.status).to.equal('REFUSED');
            expect(shown.flags).to.equal('qr rd');
            expect(shown.answers).to.equal(0);
            expectOpt(shown, way);
            if (shown.hasOpt) expect(shown.ede[0]).to.equal(code);
          }
          const records = recordOf(name);
          expect(records.map(({ origin }) => origin)).to.deep.equal(['upstream', 'cache']);
          for (const record of records) {
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
            const address = `127.0.0.1:${peer().port}`;
            expect(record.upstream).to.include({ address, aa: false, ra: false, verdict });
            expect(record.upstream?.ede.map((error) => error.code)).to.deep.equal([code]);
          }
        });
      }
    });
  }

  describe('when NSD answers', () => {
    for (const way of WAYS) {
      it(`passes the answer on to ${way.way}, and again from the cache`, async () => {
        const name = newName('www.example.com');
        const first = await way.ask(server.port, ...way.args, name);
        const second = await way.ask(server.port, ...way.args, name);
        for (const shown of [first, second]) {
          expect(shown.status).to.equal('NOERROR');
          expect(shown.answers).to.equal(1);
          expect(shown.text).to.match(
            /^n\d+\.www\.example\.com\.\s+300\s+IN\s+A\s+192\.0\.2\.80$/m,
          );
          expectOpt(shown, way);
        }
        // AA is the upstream's to say, and the cache is none (RFC 1034 section 6.2.7).
        expect([first.flags, second.flags]).to.deep.equal(['qr aa rd', 'qr rd']);
        expect(recordOf(name)).to.deep.equal([]);
      });
    }
  });
});

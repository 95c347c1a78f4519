import { expect } from 'chai';
import { answerTo, Upstream } from '../world/upstream.ts';
import { dig } from './dig.ts';
import { startBind, startUnbound } from './peers.ts';
import { cleanUp, describeWith } from './processes.ts';
import { Site, serve } from './rcode5.ts';

/** What becomes of a question: the upstream that is asked, or what is said without one. */
type Fate = 'parent' | 'corp' | 'NODATA' | 'NXDOMAIN' | 'records';

interface Row {
  readonly question: string;
  readonly fate: Fate;
  /** Where another one does otherwise. */
  readonly unbound?: Fate;
  readonly bind?: Fate;
}

/** BIND has empty zones below arpa only, and with `forward only` for everything none at all. */
const ROWS: readonly Row[] = [
  { question: 'corp.example A', fate: 'corp' },
  { question: 'corp.example DS +dnssec', fate: 'parent' },
  { question: 'www.corp.example DS', fate: 'corp' },
  { question: 'home.arpa SOA', fate: 'records' },
  { question: 'home.arpa NS', fate: 'records' },
  { question: 'home.arpa A', fate: 'NODATA' },
  { question: 'home.arpa DS +dnssec', fate: 'parent' },
  // RFC 8375 section 4 excepts the question with DO, and no other; they pass on both.
  { question: '254.169.in-addr.arpa DS', fate: 'NODATA', unbound: 'parent', bind: 'parent' },
  { question: 'a.home.arpa DS +dnssec', fate: 'NXDOMAIN' },
  { question: 'a.home.arpa A', fate: 'NXDOMAIN' },
  { question: '31.172.in-addr.arpa SOA', fate: 'records' },
  { question: '31.172.in-addr.arpa PTR', fate: 'NODATA' },
  { question: '31.172.in-addr.arpa DS +dnssec', fate: 'parent' },
  { question: '1.31.172.in-addr.arpa PTR', fate: 'NXDOMAIN' },
  { question: '1.10.in-addr.arpa PTR', fate: 'corp' },
  { question: '10.in-addr.arpa PTR', fate: 'NODATA' },
  // The name of a zone that is forwarded exists.
  { question: '1.10.in-addr.arpa DS', fate: 'NODATA', unbound: 'NXDOMAIN' },
  { question: '2.10.in-addr.arpa PTR', fate: 'NXDOMAIN' },
  { question: 'test SOA', fate: 'records', bind: 'parent' },
  { question: 'test A', fate: 'NODATA', bind: 'parent' },
  { question: 'a.test A', fate: 'NXDOMAIN', bind: 'parent' },
  // RFC 6761 section 6.2: nobody is asked for them.
  { question: 'test DS', fate: 'NODATA', unbound: 'parent', bind: 'parent' },
];

describeWith(['named', 'unbound', 'dig'], 'e2e: names where zones are cut', () => {
  const ports: Record<string, number> = {};
  const upstreams: Partial<Record<'parent' | 'corp', Upstream>> = {};

  before(async () => {
    const nothing = ({ octets }: { octets: Uint8Array }) => answerTo(octets, { answers: [] });
    const parent = await Upstream.start(nothing);
    const corp = await Upstream.start(nothing);
    Object.assign(upstreams, { parent, corp });
    const forwardedZones = ['corp.example', '1.10.in-addr.arpa'];
    const site = new Site(`cache: { entries: 0 }
upstreams: { default: { servers: ["${parent.server}"] }, corp: { servers: ["${corp.server}"] } }
routes: { ".": default, ${forwardedZones.map((zone) => `${zone}: corp`).join(', ')} }
`);
    const unboundZone = (zone: string, { port }: Upstream) =>
      ['forward-zone:', `  name: "${zone}"`, `  forward-addr: 127.0.0.1@${port}`].join('\n  ');
    const bindZone = (zone: string) => `zone "${zone}" {
  type forward; forward only; forwarders { 127.0.0.1 port ${corp.port}; };
};`;
    const [own, unbound, bind] = await Promise.all([
      serve(site),
      startUnbound([
        'do-not-query-localhost: no',
        'local-zone: "1.10.in-addr.arpa." transparent',
        unboundZone('.', parent),
        ...forwardedZones.map((zone) => unboundZone(zone, corp)),
      ]),
      startBind({
        options: `recursion yes; allow-query { any; };
  forward first; forwarders { 127.0.0.1 port ${parent.port}; };`,
        sections: forwardedZones.map(bindZone).join('\n'),
      }),
    ]);
    Object.assign(ports, { rcode5: own.port, unbound: unbound.port, bind: bind.port });
  });
  after(async () => {
    for (const upstream of Object.values(upstreams)) upstream.close();
    await cleanUp();
  });

  /** Who was asked for the name, or what was said. */
  async function fateOf(who: string, question: string): Promise<Fate> {
    const [name = '', type = '', ...options] = question.split(' ');
    for (const upstream of Object.values(upstreams)) upstream.asked.length = 0;
    const { status, answers } = await dig(ports[who]!, name, type, ...options);
    for (const [fate, { asked }] of Object.entries(upstreams)) {
      if (asked.some((one) => one.name === `${name}.`)) return fate as Fate;
    }
    if (answers > 0) return 'records';
    return status === 'NOERROR' ? 'NODATA' : (status as Fate);
  }

  for (const { question, fate, unbound = fate, bind = fate } of ROWS) {
    it(`${question}: ${fate}`, async () => {
      expect(await fateOf('rcode5', question), 'rcode5').to.equal(fate);
      expect(await fateOf('unbound', question), 'Unbound').to.equal(unbound);
      expect(await fateOf('bind', question), 'BIND').to.equal(bind);
    });
  }
});

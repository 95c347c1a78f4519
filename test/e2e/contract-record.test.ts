import { expect } from 'chai';
import { askUdp } from '../world/client.ts';
import type { WrittenRecord } from '../world/written-record.ts';
import { startWorld, type World } from './contract-world.ts';
import { dig } from './dig.ts';
import { cleanUp, describeWith } from './processes.ts';
import { scrape } from './rcode5.ts';

const EVENTS = ['answered', 'blocked', 'dropped', 'failed', 'refused', 'shadow', 'truncated'];
const LAYERS = [
  ...['protocol', 'acl', 'transfer', 'update', 'notify', 'rate-limit', 'recursion'],
  ...['local', 'special-use', 'policy', 'route', 'upstream', 'overload'],
];
const VERDICTS = [
  ...['client-acl', 'no-recursion', 'name-policy', 'type-policy', 'rate-limit'],
  ...['needs-tcp-or-cookie', 'ecs', 'edge', 'unknown'],
];

/** Any record. */
type Fields = Readonly<Record<string, unknown>>;

interface Case {
  readonly event: string;
  readonly when: string;
  readonly client?: string;
  readonly dig: readonly string[];
  /** What the record has, among other things. */
  readonly has: Fields;
  readonly rule: string;
}

const CASES: readonly Case[] = [
  {
    event: 'refused',
    when: 'acl refuses',
    client: '127.0.99.1',
    dig: ['www.example'],
    has: { rcode: 'REFUSED', layer: 'acl', origin: 'local', action: 'refuse', ede: [18] },
    rule: 'acl.query 127.0.99.0/24',
  },
  {
    event: 'refused',
    when: 'a rule of a policy refuses',
    client: '127.0.21.1',
    dig: ['+norec', '+tcp', 'www.gambling.example', 'AAAA'],
    has: {
      ...{ layer: 'policy', origin: 'local', group: 'vpn', transport: 'tcp', rd: false },
      ...{ qtype: 'AAAA', trigger: 'qname', match: 'www.gambling.example.' },
    },
    rule: 'house/*.gambling.example',
  },
  {
    event: 'refused',
    when: 'an upstream refuses',
    dig: ['www.strict.example'],
    has: { layer: 'upstream', origin: 'upstream', action: 'refuse' },
    rule: 'upstreams.strict',
  },
  {
    event: 'refused',
    when: 'an upstream has refused before',
    dig: ['www.strict.example'],
    has: { layer: 'upstream', origin: 'cache', action: 'refuse' },
    rule: 'upstreams.strict',
  },
  {
    event: 'blocked',
    when: 'a policy zone has the client',
    client: '127.0.66.66',
    dig: ['www.example'],
    has: { rcode: 'NXDOMAIN', layer: 'policy', trigger: 'client-ip', match: '127.0.66.66' },
    rule: 'malware/32.66.66.0.127.rpz-client-ip',
  },
  {
    event: 'blocked',
    when: 'a policy zone has the address of the answer',
    dig: ['infected.example'],
    has: { rcode: 'NXDOMAIN', layer: 'policy', trigger: 'response-ip', match: '192.0.2.66' },
    rule: 'malware/32.66.2.0.192.rpz-ip',
  },
  {
    event: 'dropped',
    when: 'a rule says so',
    dig: ['+time=1', 'shy.example'],
    has: { layer: 'policy', action: 'drop', origin: 'local' },
    rule: 'house/shy.example',
  },
  {
    event: 'truncated',
    when: 'acl says so',
    client: '127.0.97.1',
    dig: ['+ignore', 'www.example'],
    has: { layer: 'acl', action: 'truncate', origin: 'local' },
    rule: 'acl.query 127.0.97.0/24',
  },
  {
    event: 'failed',
    when: 'no server answers',
    dig: ['www.dead.example'],
    has: { rcode: 'SERVFAIL', layer: 'upstream', origin: 'local' },
    rule: 'upstreams.dead',
  },
  {
    event: 'answered',
    when: 'the upstream answers',
    dig: ['www.example'],
    has: { rcode: 'NOERROR', layer: 'upstream', origin: 'upstream', action: 'forward' },
    rule: 'routes .',
  },
  {
    event: 'answered',
    when: 'the view of the guests is asked',
    client: '127.0.30.1',
    dig: ['+norec', 'www.example'],
    has: { rcode: 'NOERROR', view: 'guests' },
    rule: 'routes .',
  },
];

describeWith(['nsd', 'unbound', 'dig'], 'e2e: what a record is promised to tell', () => {
  let world: World;
  const records = () => world.server.site.records() as unknown as Fields[];
  const ask = async (args: readonly string[], client = '127.0.0.1') => {
    const before = records().length;
    await dig(world.server.port, '-b', client, ...args);
    return records().slice(before);
  };

  before(async () => {
    world = await startWorld();
  });
  after(() => {
    world?.close();
    return cleanUp();
  });

  for (const { event, when, client, dig: args, has, rule } of CASES) {
    it(`is ${event} when ${when}`, async () => {
      const [record, ...others] = await ask(args, client);
      expect(others).to.be.empty;
      expect(record).to.deep.include({ event, ...has });
      expect(record?.['rule']).to.include({ id: rule });
    });
  }

  it('is of its own for what shadow mode would have done', async () => {
    const [shadow, answered] = await ask(['maybe.example']);
    expect(shadow).to.deep.include({
      event: 'shadow',
      would: { layer: 'policy', action: 'refuse', rcode: 'REFUSED' },
    });
    expect(answered).to.include({ event: 'answered', rcode: 'NOERROR' });
  });

  it('names the rule with its line, its owner, and the nearest that allows', async () => {
    const { site } = world.server;
    const [tracker] = await ask(['tracker.example']);
    expect(tracker?.['rule']).to.deep.equal({
      ...{ id: 'house/tracker.example', file: site.config },
      ...{ line: site.lineOf('tracker.example'), implicit: false, owner: 'secops' },
      reason: 'SEC-7',
    });
    const [denied] = await ask(['www.example'], '127.0.99.1');
    expect(denied?.['hint']).to.match(/^nearest allow: 127\.0\.96\.0\/24 at .*site\.yaml:\d+$/);
    const [implicit] = await ask(['www.example'], '127.0.96.1');
    expect(implicit?.['rule']).to.deep.include({ id: 'built-in default', implicit: true });
  });

  it('tells what an upstream that refuses has shown, and who was asked', async () => {
    const [refused] = await ask(['other.strict.example']);
    const upstream = refused?.['upstream'] as Fields;
    expect(upstream).to.have.all.keys(
      ...[
        'address',
        'rttMs',
        'aa',
        'ra',
        'tc',
        'ede',
        'verdict',
        'scope',
        'confidence',
        'evidence',
      ],
    );
    expect(upstream['ede']).to.deep.equal([{ code: 18, text: '' }]);
    expect(upstream['verdict']).to.equal('client-acl');
    const attempts = refused?.['attempts'] as Fields[];
    expect(attempts.map(({ rcode }) => rcode)).to.deep.equal(['REFUSED', 'REFUSED']);
  });

  it('is JSON whatever octets a name has', async () => {
    const [record] = await ask(['a\\000\\"\\\\\\200\\.b.gambling.example']);
    expect(record?.['qname']).to.equal('a\\000\\"\\\\\\200\\.b.gambling.example.');
  });

  it('has no name when the packet has none', async () => {
    const before = records().length;
    const { port } = world.server;
    // A header that promises a question and has none.
    await askUdp({ address: '127.0.0.1', port }, Buffer.from('0bad01000001000000000000', 'hex'));
    const [record] = records().slice(before);
    expect(record).to.include({ id: 0x0bad, layer: 'protocol', rcode: 'FORMERR' });
    expect(record).to.not.have.any.keys('qname', 'qtype', 'qclass');
  });

  it('has every field in the form that is promised', () => {
    const all = records();
    for (const record of all) expectForm(record);
    const events = new Set(all.map(({ event }) => event));
    expect([...events].sort()).to.deep.equal(EVENTS);
  });

  it('is counted: rcode5_refused_total is as much as there are refused records', async () => {
    const refused = world.server.site.records().filter(({ event }) => event === 'refused');
    const samples = await scrape(world.server, 'rcode5_refused_total');
    expect(samples.reduce((sum, { value }) => sum + value, 0)).to.equal(refused.length);
    const metric = samples.map(({ labels }) => labels);
    for (const { layer, origin } of refused) {
      const expected = `layer="${layer}",origin="${origin}"`;
      expect(metric.some((labels) => labels.startsWith(expected))).to.equal(true, expected);
    }
    const texts = metric.join('\n');
    expect(texts).to.not.match(/127\.0\.21\.1|www\./);
  });
});

/** What every record has, whatever it tells of. */
function expectForm(record: Fields): void {
  const { ref, upstream, rule } = record as unknown as WrittenRecord & { readonly ref?: string };
  const text = JSON.stringify(record);
  expect(record['time'], text).to.match(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  expect(record['event'], text).to.be.oneOf(EVENTS);
  expect(record['layer'], text).to.be.oneOf(LAYERS);
  expect(record['origin'], text).to.be.oneOf(['local', 'upstream', 'cache']);
  expect(record['level'], text).to.be.oneOf([30, 40, 50]);
  expect(record['node'], text).to.equal('ns1.site-a');
  expect(record['policy'], text).to.match(/^[0-9a-f]{8}$/);
  expect(record['port'], text).to.be.within(1, 65_535);
  expect(record['transport'], text).to.be.oneOf(['udp', 'tcp']);
  expect(record['listener'], text).to.match(/^127\.0\.0\.1:\d+$/);
  expect(record['view'], text).to.be.oneOf(['default', 'guests']);
  expect(record['opcode'], text).to.equal('QUERY');
  expect(record['rd'], text).to.be.a('boolean');
  expect(record['msg'], text).to.match(new RegExp(`^${record['event']} .* by ${record['layer']} `));
  expect(rule, text).to.include.all.keys('id', 'file', 'line', 'implicit');
  if (record['event'] !== 'answered') expect(ref, text).to.match(/^[a-z0-9]+-[a-z0-9]+$/);
  if (upstream?.verdict !== undefined) {
    expect(upstream.verdict, text).to.be.oneOf(VERDICTS);
    expect(upstream.confidence, text).to.be.a('string');
  }
}

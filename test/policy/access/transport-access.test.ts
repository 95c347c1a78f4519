import { expect } from 'chai';
import type { AccessEntry } from '../../../src/config/access-list.ts';
import { CLIENT_TRANSPORTS as CONFIGURED } from '../../../src/config/access-list.ts';
import { parseConfig } from '../../../src/config/config.ts';
import { builtIn, type Rule, VerdictTable } from '../../../src/decision/verdict.ts';
import { parseAddress } from '../../../src/net/address.ts';
import { TransportAccess } from '../../../src/policy/access/transport-access.ts';
import { compilePolicy } from '../../../src/policy/compile.ts';
import { findWarnings } from '../../../src/policy/warnings.ts';
import { CLIENT_TRANSPORTS, type ClientTransport } from '../../../src/wire/client-transport.ts';
import { asked } from '../../world/asked.ts';

const UPSTREAMS = 'upstreams: { default: { servers: [192.0.2.1] } }\n';
const CONFIG = `
clientGroups:
  office: [10.20.0.0/16]
  guests: [10.30.0.0/16]
acl:
  query:
    office: allow
    guests: { action: allow, transports: [dot] }
    10.30.9.0/24: { action: drop, transports: [udp] }
    10.40.0.0/16: { action: refuse, transports: [udp, tcp] }
    10.0.0.0/8: { action: allow, transports: [tcp] }
${UPSTREAMS}`;

function access(text = CONFIG) {
  const { query } = parseConfig('site.yaml', text).views[0].acl;
  const verdicts = new VerdictTable();
  const toVerdict = ({ action }: AccessEntry, rule: Rule) =>
    action === 'allow' ? undefined : verdicts.add({ layer: 'acl', action, rule });
  const nobody = verdicts.add({ layer: 'acl', action: 'refuse', rule: builtIn('nobody') });
  const force = { now: 0, withShadow: false };
  return { list: new TransportAccess(query, force, toVerdict, nobody), verdicts };
}

function from(client: string, transport: ClientTransport) {
  const { words } = parseAddress(client)!;
  return asked('example', { address: [words[0]!], transport });
}

describe('policy/transport-access', () => {
  const clients = [
    { client: '10.20.0.1', udp: 'allow', tcp: 'allow', dot: 'allow', doh: 'allow' },
    { client: '10.30.0.1', udp: 'nobody', tcp: 'allow', dot: 'allow', doh: 'nobody' },
    {
      client: '10.30.9.1',
      udp: 'acl.query 10.30.9.0/24',
      tcp: 'allow',
      dot: 'allow',
      doh: 'nobody',
    },
    {
      client: '10.40.0.1',
      udp: 'acl.query 10.40.0.0/16',
      tcp: 'acl.query 10.40.0.0/16',
      dot: 'nobody',
      doh: 'nobody',
    },
    { client: '10.50.0.1', udp: 'nobody', tcp: 'allow', dot: 'nobody', doh: 'nobody' },
    { client: '192.0.2.1', udp: 'nobody', tcp: 'nobody', dot: 'nobody', doh: 'nobody' },
  ];
  for (const { client, ...expected } of clients) {
    it(`finds for ${client} what is for its transport: the most specific of those`, () => {
      const { list } = access();
      const found = CLIENT_TRANSPORTS.map((transport) => [
        transport,
        list.find(from(client, transport))?.rule.id ?? 'allow',
      ]);
      expect(Object.fromEntries(found)).to.deep.equal(expected);
    });
  }

  it('has one verdict for each entry', () => {
    const { list } = access();
    const [udp, tcp] = (['udp', 'tcp'] as const).map((by) => list.find(from('10.40.0.1', by)));
    expect(udp).to.not.equal(undefined);
    expect(udp).to.equal(tcp);
  });

  it('hints at the transport by which the client is allowed', () => {
    const { list } = access();
    expect(list.hint(from('10.30.0.1', 'udp'))).to.match(/^allowed by tcp: /);
    expect(list.hint(from('10.50.0.1', 'dot'))).to.match(/^allowed by tcp: acl\.query 10\.0/);
    expect(list.hint(from('192.0.2.1', 'dot'))).to.match(/^nearest allow: 10\.30\.0\.0\/16/);
    const only = access(`acl: { query: { 10.0.0.0/8: { action: allow, transports: [dot] } } }
${UPSTREAMS}`);
    expect(only.list.hint(from('10.1.1.1', 'udp'))).to.equal(
      'allowed by dot: acl.query 10.0.0.0/8 at site.yaml:1',
    );
    expect(list.account(from('10.30.0.1', 'dot')).rule).to.include({ id: 'acl.query guests' });
  });

  it('gives the hints of the list where no entry is about a transport', () => {
    const { list } = access(`acl: { query: { 10.0.0.0/8: allow } }\n${UPSTREAMS}`);
    expect(list.hint(from('192.0.2.1', 'udp'))).to.equal(
      'nearest allow: 10.0.0.0/8 at site.yaml:1',
    );
  });

  it('is configured in the words of records', () => {
    expect(CONFIGURED).to.deep.equal(CLIENT_TRANSPORTS);
  });

  it('warns of an entry that another leaves no transport, and of no other', () => {
    const text = `clientGroups: { a: [10.0.0.0/8], b: [10.0.0.0/8], c: [10.0.0.0/8] }
acl:
  query:
    a: { action: allow, transports: [dot] }
    b: { action: refuse, transports: [dot, udp] }
    c: { action: drop, transports: [dot] }
${UPSTREAMS}`;
    const policy = compilePolicy(parseConfig('site.yaml', text), '0.1.0', { now: 0 });
    expect(findWarnings(policy)).to.deep.equal([
      'site.yaml:6: acl.query c never decides for 10.0.0.0/8: line 4 (a) does',
    ]);
  });

  it('is for acl.query alone, and of transports that there are', () => {
    const of = (acl: string) => () => parseConfig('site.yaml', `acl: { ${acl} }\n${UPSTREAMS}`);
    expect(of('recursion: { 10.0.0.0/8: { action: allow, transports: [dot] } }')).to.throw(
      /unknown key "transports"/,
    );
    expect(of('query: { 10.0.0.0/8: { action: allow, transports: [doq] } }')).to.throw(
      /"doq" is not valid; expect udp, tcp, dot or doh/,
    );
    expect(of('query: { 10.0.0.0/8: { action: allow, transports: [] } }')).to.throw(
      /there is nothing in it/,
    );
  });
});

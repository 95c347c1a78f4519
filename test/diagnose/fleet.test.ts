import { expect } from 'chai';
import { formatFleet } from '../../src/cli/fleet-text.ts';
import { askFleet, compareNodes, type NodeAccount } from '../../src/diagnose/fleet.ts';
import { record, TO_QUESTION } from '../world/messages.ts';
import { answerTo, type Script, Upstream } from '../world/upstream.ts';

const TXT = 16;
const CH = 3;

/** A node that says what it is told to; a name without a text is refused. */
function nodeThatSays(texts: Readonly<Record<string, readonly string[]>>): Script {
  return ({ octets, name }) => {
    const strings = texts[name];
    if (strings === undefined) return answerTo(octets, { rcode: 5 });
    const rdata = strings.flatMap((text) => [text.length, ...Buffer.from(text)]);
    return answerTo(octets, { answers: [record(TO_QUESTION, TXT, rdata, { rrClass: CH })] });
  };
}

const says = (node: string, policy: string, version = '0.1.0') =>
  nodeThatSays({
    'id.server.': [node],
    'version.server.': [version],
    'policy.rcode5.': [policy],
  });

describe('fleet', () => {
  const servers: Upstream[] = [];
  afterEach(() => {
    for (const server of servers.splice(0)) server.close();
  });

  async function fleetOf(...scripts: readonly Script[]) {
    for (const script of scripts) servers.push(await Upstream.start(script));
    const hosts = servers.map(({ address, port }) => ({ address, port }));
    return askFleet(hosts, 300);
  }

  it('is alike when all nodes say the same', async () => {
    const { alike, nodes, differences } = await fleetOf(
      says('ns1', '3f2a9c11 feed=7'),
      says('ns2', '3f2a9c11 feed=7'),
    );
    expect(alike).to.equal(true);
    expect(differences).to.deep.equal([]);
    expect(nodes.map(({ node }) => node)).to.deep.equal(['ns1', 'ns2']);
    expect(nodes[0]).to.deep.include({
      host: servers[0]!.server,
      version: '0.1.0',
      policy: '3f2a9c11',
      zones: { feed: 7 },
    });
  });

  it('tells which differ, in what, and what most say', async () => {
    const fleet = await fleetOf(
      says('ns1', '3f2a9c11 feed=7'),
      says('ns2', 'ffff0000 feed=6 my own=1'),
      says('ns3', '3f2a9c11 feed=7'),
    );
    const [first, second, third] = servers.map(({ server }) => server);
    expect(fleet.alike).to.equal(false);
    expect(fleet.differences).to.deep.equal([
      {
        what: 'policy',
        values: [
          { value: '3f2a9c11', hosts: [first, third] },
          { value: 'ffff0000', hosts: [second] },
        ],
      },
      {
        what: 'zone feed',
        values: [
          { value: '7', hosts: [first, third] },
          { value: '6', hosts: [second] },
        ],
      },
      {
        what: 'zone my own',
        values: [
          { value: 'none', hosts: [first, third] },
          { value: '1', hosts: [second] },
        ],
      },
    ]);
    const [, , row] = formatFleet(fleet).split('\n');
    expect(row).to.match(/ns2 +0\.1\.0 +ffff0000\* +feed=6\* my own=1\* +\d+\.\d$/);
  });

  it('names a version that is another', async () => {
    const { differences } = await fleetOf(says('a', 'x'), says('b', 'x', '0.2.0'));
    expect(differences.map(({ what }) => what)).to.deep.equal(['version']);
  });

  it('is not alike when a node is not there, refuses, or is something else', async () => {
    const other = nodeThatSays({ 'id.server.': ['x'], 'version.server.': ['unbound 1.2'] });
    const { alike, nodes, differences } = await fleetOf(
      says('ns1', '3f2a9c11'),
      () => undefined,
      nodeThatSays({}),
      other,
    );
    expect(alike).to.equal(false);
    expect(differences).to.deep.equal([]);
    expect(nodes.map(({ problem }) => problem)).to.deep.equal([
      undefined,
      'no answer',
      'REFUSED: acl.query there does not allow this host',
      'REFUSED to policy.rcode5: it does not seem to be rcode5',
    ]);
  });

  it('reads a policy that takes several character strings', async () => {
    const zones = Array.from({ length: 40 }, (_, i) => `zone-number-${i}=${i}`);
    const text = ['3f2a9c11', ...zones].join(' ');
    const { nodes } = await fleetOf(
      nodeThatSays({
        'id.server.': ['ns1'],
        'version.server.': ['0.1.0'],
        'policy.rcode5.': [text.slice(0, 255), text.slice(255, 510), text.slice(510)],
      }),
    );
    expect(Object.keys(nodes[0]!.zones)).to.have.length(40);
    expect(nodes[0]!.zones).to.include({ 'zone-number-0': 0, 'zone-number-39': 39 });
  });

  it('compares only those that have answered', () => {
    const sound: NodeAccount = { host: 'a', policy: 'x', version: '1', zones: {}, ms: 1 };
    const silent: NodeAccount = { host: 'b', zones: {}, ms: 1, problem: 'no answer' };
    expect(compareNodes([sound, silent])).to.deep.equal([]);
  });
});

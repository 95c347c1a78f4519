import { expect } from 'chai';
import { askUdp } from './client.ts';
import { Flag, message, question } from './messages.ts';
import { forwardTo, Site } from './site.ts';

const SERVFAIL = 2;

/** Two servers, each of which forwards to the other. */
describe('server loop', () => {
  let first: Site;
  let second: Site;
  beforeEach(async () => {
    first = new Site();
    second = new Site();
    await first.start(forwardTo('127.0.0.1:9'));
    await second.start(forwardTo(addressOf(first)));
    // The second probes the first when it starts; there is no loop as yet.
    while (first.records().length === 0) await new Promise(setImmediate);
    first.configure(forwardTo(addressOf(second)));
    await first.server.reload();
    while (!serverOf(first).isLoop) await new Promise(setImmediate);
  });
  afterEach(async () => {
    await first.close();
    await second.close();
  });

  function addressOf(site: Site): string {
    return `127.0.0.1:${site.target().port}`;
  }

  function serverOf(site: Site) {
    return site.server.serving.groups.get('default')!.servers[0]!;
  }

  async function ask(site: Site): Promise<number> {
    const octets = message({ flags: Flag.RD, questions: [question('www.example.com')] });
    return (await askUdp(site.target(), octets))[3]! & 0x0f;
  }

  it('is found by a probe, and told of', async () => {
    const { upstreams } = await first.json('/api/policy');
    expect(upstreams[0].servers[0]).to.include({
      address: addressOf(second),
      up: false,
      loop: true,
    });
  });

  it('ends with a SERVFAIL that names it, and asks nobody', async () => {
    const before = second.records().length;
    expect(await ask(first)).to.equal(SERVFAIL);
    expect(first.records().at(-1)).to.deep.include({
      event: 'failed',
      layer: 'upstream',
      qname: 'www.example.com.',
      rule: {
        id: 'upstreams.default leads back to this server',
        file: first.path('site.yaml'),
        line: 9,
        implicit: false,
      },
      ede: [22],
    });
    expect(second.records()).to.have.lengthOf(before);
  });

  it('ends at the first server for the clients of the second', async () => {
    expect(await ask(second)).to.equal(SERVFAIL);
    const asked = (site: Site) =>
      site.records().filter(({ qname }) => qname === 'www.example.com.');
    // Each server is asked twice when it fails.
    expect(asked(first).length).to.be.within(1, 2);
    expect(asked(second)).to.have.lengthOf(1);
  });
});

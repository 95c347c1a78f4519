import { expect } from 'chai';
import { forwardTo, ServedSite } from '../../world/served-site.ts';

describe('admin/v1 fleet', () => {
  const sites = [new ServedSite(), new ServedSite()] as const;
  after(async () => {
    for (const site of sites) await site.close();
  });

  it('compares the servers that the configuration names', async () => {
    const [one, other] = sites;
    await other.start(forwardTo('127.0.0.1:9', '127.0.0.0/8: allow'));
    const { port } = other.target();
    await one.start(
      `${forwardTo('127.0.0.1:9')}fleet: ["127.0.0.1:${port}", no-such-host.invalid]\n`,
    );
    const fleet = await one.json('/api/v1/fleet');
    expect(fleet.nodes).to.have.lengthOf(1);
    expect(fleet.nodes[0]).to.include({
      node: 'ns1.test',
      policy: other.server.serving.policy.hash,
    });
    expect(fleet.problems).to.have.lengthOf(1);
    expect(fleet.problems[0]).to.match(/^no-such-host\.invalid: \w+; expect an address/);
  });
});

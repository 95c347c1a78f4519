import { expect } from 'chai';
import { askUdp } from '../../world/client.ts';
import { Flag, message, question } from '../../world/messages.ts';
import { COMMON, forwardTo, ServedSite } from '../../world/served-site.ts';
import { Upstream } from '../../world/upstream.ts';

const CLIENT = '127.0.0.2';
const MINE = `policies:
  - { name: house, rules: { bad.example: refuse } }
  - { name: ads, rules: { ads.example: nxdomain } }
`;
const ACL = '127.0.0.0/8: allow, 127.0.0.9: refuse';

for (const threads of [0, 1]) {
  describe(`admin/v1 pauses, threads: ${threads}`, () => {
    let site: ServedSite;
    let upstream: Upstream;
    beforeEach(async () => {
      site = new ServedSite();
      upstream = await Upstream.start();
      const common = COMMON.replace('threads: 0', `threads: ${threads}`);
      site.configure(forwardTo(upstream.server, ACL) + MINE, common);
      await site.start();
    });
    afterEach(async () => {
      await site.close();
      upstream.close();
    });

    /** The record of a query. */
    async function ask(name: string, from = CLIENT) {
      const octets = message({ flags: Flag.RD, questions: [question(name)] });
      await askUdp(site.target(from), octets);
      return site.records().at(-1)!;
    }

    async function pause(asked: object) {
      const body = JSON.stringify(asked);
      return JSON.parse((await site.http('/api/v1/pauses', { method: 'POST', body })).body);
    }

    it('let a client past a policy, say so in its records, and end', async () => {
      expect(await ask('bad.example')).to.include({ layer: 'policy' });
      const made = await pause({ client: CLIENT, policy: 'house', for: '10m' });
      expect(made).to.include({ client: CLIENT, policy: 'house', by: 'loopback' });
      const passed = await ask('bad.example');
      expect(passed).to.include({ event: 'answered', layer: 'upstream' });
      expect(passed.paused).to.deep.equal(['house']);
      expect(await ask('ads.example')).to.include({ layer: 'policy', rcode: 'NXDOMAIN' });
      const other = await ask('bad.example', '127.0.0.3');
      expect(other).to.include({ layer: 'policy' });
      expect(other).to.not.have.property('paused');
      const { overrides } = await site.json('/api/policy');
      expect(overrides).to.deep.equal([made]);
      await site.http(`/api/v1/pauses/${made.id}`, { method: 'DELETE' });
      expect(await ask('bad.example')).to.include({ layer: 'policy' });
      expect(await site.json('/api/v1/pauses')).to.deep.equal({ pauses: [] });
    });

    it('let everybody past all policies, and past no access list', async () => {
      await pause({ for: '1h' });
      for (const name of ['bad.example', 'ads.example']) {
        const record = await ask(name);
        expect(record).to.include({ event: 'answered' });
        expect(record.paused).to.deep.equal(['all']);
      }
      expect(await ask('ads.example', '127.0.0.9')).to.include({ layer: 'acl', rcode: 'REFUSED' });
    });

    it('go on over a reload, and are what explain says', async () => {
      await pause({ client: '127.0.0.0/30', policy: 'house' });
      await site.http('/api/v1/reload', { method: 'POST' });
      expect(await ask('bad.example')).to.include({ event: 'answered' });
      const asked = `client=${CLIENT}&name=bad.example`;
      const { upstream: group, trace } = await site.json(`/api/v1/explain?${asked}`);
      expect(group).to.equal('default');
      const step = trace.find(({ layer }: { layer: string }) => layer === 'policy');
      expect(step.why).to.match(/paused for this client: house/);
    });

    it('flush takes a name and all below it out of the cache', async () => {
      for (let i = 0; i < 2; i++) await ask('www.flushed.example');
      await ask('kept.example');
      expect(upstream.asked).to.have.lengthOf(2);
      const body = JSON.stringify({ name: 'FLUSHED.example' });
      const reply = await site.http('/api/v1/flush', { method: 'POST', body });
      expect(JSON.parse(reply.body)).to.deep.equal({ name: 'flushed.example.' });
      for (const name of ['www.flushed.example', 'kept.example']) await ask(name);
      expect(upstream.asked).to.have.lengthOf(3);
    });
  });
}

describe('admin/v1 pauses that are not possible', () => {
  let site: ServedSite;
  before(async () => {
    site = new ServedSite();
    await site.start(forwardTo('127.0.0.1:9', ACL) + MINE);
  });
  after(() => site.close());

  for (const [path, body, why] of [
    ['pauses', '{"policy":"acl"}', /^policy: acl is not a policy; expect one of house, ads$/],
    ['pauses', '{"client":"10.0.0.1/8"}', /^client: .*bits set behind its length/],
    ['pauses', '{"for":"0s"}', /^for: 0s is not possible; expect a duration from 1s to 1d$/],
    ['pauses', '{"for":"2d"}', /^for: 2d/],
    ['pauses', '{"until":"x"}', /^until: not known; expect a JSON object with client, policy/],
    ['pauses', '[]', /^expect a JSON object/],
    ['flush', '{"name":"a..b"}', /^name: has .*; expect a name/],
    ['flush', '{}', /^name: /],
  ] as const) {
    it(`${path} ${body} says what it expects`, async () => {
      const reply = await site.http(`/api/v1/${path}`, { method: 'POST', body });
      expect(reply.status).to.equal(400);
      expect(JSON.parse(reply.body).error).to.match(why);
    });
  }
});

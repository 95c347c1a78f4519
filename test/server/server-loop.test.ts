import { expect } from 'chai';
import { askUdp } from '../world/client.ts';
import { Flag, message, question } from '../world/messages.ts';
import { COMMON, forwardTo, ServedSite } from '../world/served-site.ts';

const SERVFAIL = 2;
/** Questions enough that every thread has some. */
const NAMES = Array.from({ length: 8 }, (_, i) => `${i}.example.com`);

// Two servers, each of which forwards to the other.
for (const threads of [0, 2]) {
  describe(`server loop with threads: ${threads}`, () => {
    const common = COMMON.replace('threads: 0', `threads: ${threads}`);
    let first: ServedSite;
    let second: ServedSite;
    before(async () => {
      first = new ServedSite();
      second = new ServedSite();
      first.configure(forwardTo('127.0.0.1:9'), common);
      await first.start();
      second.configure(forwardTo(addressOf(first)), common);
      await second.start();
      // The second probes the first when it starts; there is no loop as yet.
      while (probesOf(first).length <= threads) await new Promise(setImmediate);
      first.configure(forwardTo(addressOf(second)), common);
      await first.server.reload();
      while (!serverOf(first).isLoop) await new Promise(setImmediate);
    });
    after(async () => {
      await first?.close();
      await second?.close();
    });

    function addressOf(site: ServedSite): string {
      return `127.0.0.1:${site.target().port}`;
    }

    function serverOf(site: ServedSite) {
      return site.server.serving.groups.get('default')!.upstreams[0]!;
    }

    async function ask(site: ServedSite, name: string): Promise<number> {
      const octets = message({ flags: Flag.RD, questions: [question(name)] });
      return (await askUdp(site.target(), octets))[3]! & 0x0f;
    }

    function recordsOf(site: ServedSite, name: string) {
      return site.records().filter(({ qname }) => qname === `${name}.`);
    }

    function probesOf(site: ServedSite) {
      return site.records().filter(({ qname }) => String(qname).endsWith('.rcode5-loop.'));
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
      for (const name of NAMES) {
        expect(await ask(first, name)).to.equal(SERVFAIL);
        const [record, ...others] = recordsOf(first, name);
        expect(record).to.deep.include({
          event: 'failed',
          layer: 'upstream',
          rule: {
            id: 'upstreams.default leads back to this server',
            file: first.path('site.yaml'),
            line: 9,
            implicit: false,
          },
          ede: [22],
        });
        expect(others).to.deep.equal([]);
        expect(recordsOf(second, name)).to.deep.equal([]);
      }
    });

    it('ends at the first server for the clients of the second', async () => {
      for (const name of NAMES.map((one) => `www.${one}`)) {
        expect(await ask(second, name)).to.equal(SERVFAIL);
        expect(recordsOf(second, name)).to.have.lengthOf(1);
        // A server that fails is asked once more.
        expect(recordsOf(first, name).length).to.be.within(1, 2);
      }
    });

    it('makes few questions of its own', () => {
      const probes = [first, second].flatMap(probesOf);
      expect(probes.length).to.be.within(2, 20);
    });
  });
}

/** A forwarder whose network changes under it while its sockets are warm. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { inTurn } from '../../world/whole.ts';
import { cleanUp, findProgram, makeFolder, type Program } from '../processes.ts';
import { tally } from './asking.ts';
import { Forwarder, SHELLS } from './shells.ts';
import { type Member, Network, needNetworks, OUTSIDE } from './world.ts';

/** What the network may need to be of use again, and how many queries are asked after that. */
const GRACE_MS = 2000;
/** Times that a busy machine may need that. */
const PATIENCE = 4;
const MANY = 60;
/** Milliseconds until a network is given up. */
const PATIENCE_MS = 20_000;

const ZONE = `$TTL 300
@ SOA ns hostmaster 1 3600 600 86400 60
@ NS ns
ns A 192.0.2.53
*.www A 192.0.2.80
`;

function startNsd(network: Network): Program {
  const folder = makeFolder();
  writeFileSync(join(folder, 'zone'), ZONE);
  writeFileSync(
    join(folder, 'nsd.conf'),
    `server:
  ip-address: ${OUTSIDE}
  server-count: 1
  rrl-ratelimit: 0
  rrl-whitelist-ratelimit: 0
  username: ""
  zonesdir: "${folder}"
  xfrdir: "${folder}"
  database: ""
  pidfile: "${folder}/nsd.pid"
  xfrdfile: "${folder}/xfrd.state"
  zonelistfile: "${folder}/zone.list"
remote-control:
  control-enable: no
zone:
  name: example.com
  zonefile: zone
`,
  );
  return network.outside.start(findProgram('nsd')!, ['-d', '-c', join(folder, 'nsd.conf')]);
}

/** What every shell goes through; each has a file of its own, so that they run side by side. */
export function describeMoving(variant: number): void {
  const { shell, threads } = SHELLS[variant]!;
  describe(`e2e: ${shell} in a network that moves`, () => {
    const it = inTurn(variant, SHELLS.length);
    let network: Network | undefined;
    let client: Member;

    before(function () {
      needNetworks(this, ['nsd']);
    });
    beforeEach(() => {
      network = new Network();
      client = network.inside.member();
    });
    afterEach(async () => {
      try {
        await cleanUp();
      } finally {
        network?.close();
      }
    });

    const serve = (config: string) =>
      Forwarder.start(network!.inside, client, `threads: ${threads}\n${config}`);

    /** A forwarder that has asked NSD by all of its sockets. */
    async function serveWarm(server: string = OUTSIDE): Promise<Forwarder> {
      startNsd(network!);
      await reach();
      const forwarder = await serve(`upstreams: { default: { servers: ["${server}"] } }`);
      await forwarder.untilAnswering();
      const warm = await forwarder.ask({ count: MANY, prefix: 'warm' });
      expect(tally(warm), 'before').to.deep.equal({ NOERROR: MANY });
      return forwarder;
    }

    /** Waits until a client of the upstream itself is answered. */
    async function reach(): Promise<void> {
      const direct = { address: OUTSIDE, port: 53, count: 1, prefix: 'direct', patienceMs: 250 };
      const deadline = Date.now() + PATIENCE_MS;
      for (;;) {
        const [outcome] = await client.do('ask', direct);
        if (outcome === 'NOERROR') return;
        if (Date.now() > deadline) throw new Error('the upstream is not reached');
      }
    }

    /** Clients ask while the network is away, and after it is back. */
    async function expectRecovery(forwarder: Forwarder, leave: () => void, back: () => void) {
      leave();
      const meanwhile = forwarder.ask({ count: 20, prefix: 'meanwhile', gapMs: 50 });
      await new Promise((resolve) => setTimeout(resolve, 500));
      back();
      await reach();
      let after: Readonly<Record<string, number>> = {};
      for (let times = 0; times < PATIENCE && after['NOERROR'] !== MANY; times++) {
        await new Promise((resolve) => setTimeout(resolve, GRACE_MS));
        after = tally(await forwarder.ask({ count: MANY, prefix: `after-${times}` }));
      }
      expect(after, 'after').to.deep.equal({ NOERROR: MANY });
      await meanwhile;
    }

    it('goes on after the address of the host has changed', async () => {
      const forwarder = await serveWarm();
      const { inside } = network!;
      await expectRecovery(
        forwarder,
        () => inside.ip('-4', 'addr', 'flush', 'dev', 'a0'),
        () => {
          inside.ip('addr', 'add', '10.9.0.4/24', 'dev', 'a0');
          network!.route(0);
        },
      );
    });

    it('goes on by TCP after the address of the host has changed', async () => {
      const forwarder = await serveWarm(`tcp://${OUTSIDE}`);
      const { inside } = network!;
      await expectRecovery(
        forwarder,
        () => inside.ip('-4', 'addr', 'flush', 'dev', 'a0'),
        () => {
          inside.ip('addr', 'add', '10.9.0.4/24', 'dev', 'a0');
          network!.route(0);
        },
      );
    });

    it('goes on after the route has moved to an uplink that knows none but its own', async () => {
      const forwarder = await serveWarm();
      const { outside, inside } = network!;
      // RFC 2827: what comes from elsewhere does not pass.
      outside.run('nft', 'add table ip edge');
      outside.run('nft', 'add chain ip edge in { type filter hook input priority 0 ; }');
      outside.run('nft', 'add rule ip edge in iifname b1 ip saddr != 10.9.1.0/24 drop');
      await expectRecovery(
        forwarder,
        () => inside.ip('route', 'del', `${OUTSIDE}/32`),
        () => network!.route(1),
      );
    });

    it('goes on after its interface was down', async () => {
      const forwarder = await serveWarm();
      const { inside } = network!;
      await expectRecovery(
        forwarder,
        () => inside.ip('link', 'set', 'a0', 'down'),
        () => {
          inside.ip('link', 'set', 'a0', 'up');
          network!.route(0);
        },
      );
    });

    it('leaves a connection that the network drops without a word', async () => {
      const forwarder = await serveWarm(`tcp://${OUTSIDE}`);
      const { outside } = network!;
      const open = outside.run('ss', '-Htn', 'state', 'established', 'sport', '=', ':53');
      const ports = [...open.matchAll(/10\.9\.0\.2:(\d+)/g)].map(([, port]) => port);
      expect(ports, 'connections').not.to.be.empty;
      await expectRecovery(
        forwarder,
        () => {
          outside.run('nft', 'add table ip edge');
          outside.run('nft', 'add chain ip edge in { type filter hook input priority 0 ; }');
          const those = `tcp sport { ${ports.join(', ')} }`;
          outside.run('nft', `add rule ip edge in ${those} drop`);
        },
        () => {},
      );
    });

    async function serveLinkLocal(config: string): Promise<Forwarder> {
      const resolv = join(makeFolder(), 'resolv.conf');
      writeFileSync(resolv, 'nameserver fe80::1%a0\n');
      await network!.outside.member().do('answer', { address: '::', port: 53 });
      const forwarder = await serve(config.replace('RESOLV', resolv));
      await forwarder.untilAnswering();
      return forwarder;
    }

    it('finds the interface of a link-local server again that has another number', async () => {
      const forwarder = await serveLinkLocal(LINK_LOCAL[0][1]);
      // By all of its sockets.
      await forwarder.ask({ count: MANY, prefix: 'warm' });
      const { inside } = network!;
      const numberOf = () => inside.ip('-o', 'link', 'show', 'a0').split(':')[0];
      const before = numberOf();
      network!.unplug(0);
      await forwarder.ask({ count: 5, prefix: 'meanwhile', patienceMs: 500 });
      network!.plug(0);
      expect(numberOf()).not.to.equal(before);
      const direct = { address: 'fe80::1%a0', port: 53, count: 1, prefix: 'direct' };
      expect(await client.do('ask', direct)).to.deep.equal(['NOERROR']);
      await new Promise((resolve) => setTimeout(resolve, GRACE_MS));
      const again = await forwarder.ask({ count: MANY, prefix: 'again' });
      expect(tally(again), 'after').to.deep.equal({ NOERROR: MANY });
    });

    const LINK_LOCAL = [
      ['the configuration', 'upstreams: { default: { servers: ["[fe80::1%a0]:53"] } }'],
      ['a resolv.conf', 'upstreams: { default: { servers: [RESOLV] } }'],
    ] as const;
    for (const [where, config] of LINK_LOCAL) {
      it(`asks a link-local server by its interface, as ${where} names it`, async () => {
        const forwarder = await serveLinkLocal(config);
        const outcomes = await forwarder.ask({ count: 20, prefix: 'plain' });
        expect(tally(outcomes)).to.deep.equal({ NOERROR: 20 });
      });
    }
  });
}

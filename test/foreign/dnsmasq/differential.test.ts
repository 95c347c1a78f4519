/** dnsmasq itself against our explanation of its configuration. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { readDnsmasq } from '../../../src/foreign/dnsmasq/dnsmasq.ts';
import { toPolicy } from '../../../src/foreign/foreign-policy.ts';
import { findPort } from '../../e2e/peers.ts';
import { cleanUp, describeWith, makeFolder } from '../../e2e/processes.ts';
import type { Upstream } from '../../world/upstream.ts';
import { Chance } from '../differential/chance.ts';
import { dnsmasqConfiguration } from '../differential/dnsmasq-configurations.ts';
import { difference, outcomeBy, outcomeOf, startResolution } from '../differential/outcome.ts';
import { questionsFor, show } from '../differential/question.ts';
import { startDnsmasq } from './started-dnsmasq.ts';

const COUNT = Number(process.env['RCODE5_FOREIGN'] ?? 15);
const SEED = Number(process.env['RCODE5_FOREIGN_SEED'] ?? 1);

describeWith(['dnsmasq'], 'dnsmasq and our explanation of its dnsmasq.conf', () => {
  let upstream: Upstream;

  before(async () => {
    upstream = await startResolution();
  });

  after(async () => {
    upstream.close();
    await cleanUp();
  });

  for (let i = 0; i < COUNT; i++) {
    it(`agree on configuration ${SEED + i}`, async () => {
      const chance = new Chance(SEED + i);
      const folder = makeFolder();
      const port = await findPort();
      const generated = dnsmasqConfiguration(chance, { folder, port, upstream: upstream.port });
      for (const [file, text] of Object.entries(generated.files))
        writeFileSync(join(folder, file), text);
      const config = join(folder, 'dnsmasq.conf');
      const program = await startDnsmasq(folder);
      const { policy } = toPolicy(config, readDnsmasq(config));
      const differences: string[] = [];
      let id = 1;
      for (const asked of questionsFor(generated.names, chance)) {
        const ours = outcomeBy(policy, asked);
        const theirs = await outcomeOf(port, asked, { upstream, expected: ours, id: ++id });
        const differs = difference(asked, theirs, ours);
        if (differs !== undefined)
          differences.push(`${show(asked)}: dnsmasq ${differs} by ${ours.why}`);
      }
      await program.stop();
      expect(differences, generated.files['dnsmasq.conf']).to.deep.equal([]);
    });
  }
});

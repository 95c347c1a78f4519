/** Unbound itself against our explanation of its configuration. */

import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { toPolicy } from '../../../src/foreign/foreign-policy.ts';
import { FROM_ROOT } from '../../../src/foreign/unbound/resolution-layers.ts';
import { readUnbound } from '../../../src/foreign/unbound/unbound.ts';
import { findPort } from '../../e2e/peers.ts';
import { cleanUp, describeWith, findProgram, makeFolder, Program } from '../../e2e/processes.ts';
import type { Upstream } from '../../world/upstream.ts';
import { Chance } from '../differential/chance.ts';
import { difference, outcomeBy, outcomeOf, startResolution } from '../differential/outcome.ts';
import { questionsFor, show } from '../differential/question.ts';
import { unboundConfiguration } from '../differential/unbound-configurations.ts';

const COUNT = Number(process.env['RCODE5_FOREIGN'] ?? 15);
const SEED = Number(process.env['RCODE5_FOREIGN_SEED'] ?? 1);

describeWith(['unbound'], 'Unbound and our explanation of its unbound.conf', () => {
  let upstream: Upstream;
  let unbound: string;

  before(async () => {
    upstream = await startResolution();
    // A copy: AppArmor goes by the path, and would keep the original from reading these folders.
    unbound = join(makeFolder(), 'unbound');
    copyFileSync(findProgram('unbound')!, unbound);
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
      const generated = unboundConfiguration(chance, { folder, port, upstream: upstream.port });
      for (const [file, text] of Object.entries(generated.files))
        writeFileSync(join(folder, file), text);
      const config = join(folder, 'unbound.conf');
      const program = new Program(unbound, ['-d', '-d', '-c', config], folder);
      const said = await program.says(/start of service|fatal error|failed|syntax error/m);
      if (!/start of service/.test(said)) {
        throw new Error(
          `Unbound does not take it: ${program.stderr}\n${generated.files['unbound.conf']}`,
        );
      }
      const { policy } = toPolicy(config, readUnbound(config));
      const differences: string[] = [];
      let id = 1;
      for (const asked of questionsFor(generated.names, chance)) {
        const ours = withoutRoot(outcomeBy(policy, asked));
        const theirs = await outcomeOf(port, asked, { upstream, expected: ours, id: ++id });
        const how = difference(asked, theirs, ours);
        if (how !== undefined) differences.push(`${show(asked)}: Unbound ${how} by ${ours.why}`);
      }
      await program.stop();
      const shown = [generated.files['unbound.conf'], generated.files['more1.conf']].join('\n');
      expect(differences, shown).to.deep.equal([]);
    });
  }
});

/** There is no root in this world: what is resolved from there fails. */
function withoutRoot(ours: ReturnType<typeof outcomeBy>): ReturnType<typeof outcomeBy> {
  return ours.why.includes(FROM_ROOT) ? { ...ours, fate: 'SERVFAIL' } : ours;
}

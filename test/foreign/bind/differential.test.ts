/** BIND itself against our explanation of its configuration. */

import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { readBind } from '../../../src/foreign/bind/bind.ts';
import { toPolicy } from '../../../src/foreign/foreign-policy.ts';
import { findPort } from '../../e2e/peers.ts';
import { cleanUp, describeWith, findProgram, makeFolder, Program } from '../../e2e/processes.ts';
import type { Upstream } from '../../world/upstream.ts';
import { bindConfiguration } from '../differential/bind-configurations.ts';
import { Chance } from '../differential/chance.ts';
import { difference, outcomeBy, outcomeOf, startResolution } from '../differential/outcome.ts';
import { questionsFor, show } from '../differential/question.ts';

const COUNT = Number(process.env['RCODE5_FOREIGN'] ?? 15);
const SEED = Number(process.env['RCODE5_FOREIGN_SEED'] ?? 1);

describeWith(['named'], 'BIND and our explanation of its named.conf', () => {
  let upstream: Upstream;
  let named: string;

  before(async () => {
    upstream = await startResolution();
    // A copy: AppArmor goes by the path, and would keep the original from reading these folders.
    named = join(makeFolder(), 'named');
    copyFileSync(findProgram('named')!, named);
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
      const generated = bindConfiguration(chance, { folder, port, upstream: upstream.port });
      for (const [file, text] of Object.entries(generated.files))
        writeFileSync(join(folder, file), text);
      const config = join(folder, 'named.conf');
      const program = new Program(named, ['-g', '-4', '-n', '1', '-c', config], folder);
      const said = await program.says(/ running$| exiting /m);
      const faults = program.stderr
        .split('\n')
        .filter((line) => /\S:\d+: |configuration: /.test(line));
      if (/ exiting /.test(said)) throw new Error(`BIND does not take it: ${faults.join('\n')}`);
      const { policy } = toPolicy(config, readBind(config));
      const differences: string[] = [];
      let id = 1;
      for (const asked of questionsFor(generated.names, chance, generated.keys)) {
        const ours = outcomeBy(policy, asked);
        const theirs = await outcomeOf(port, asked, { upstream, expected: ours, id: ++id });
        const differs = difference(asked, theirs, ours);
        if (differs !== undefined)
          differences.push(`${show(asked)}: BIND ${differs} by ${ours.why}`);
      }
      await program.stop();
      expect(differences, generated.files['named.conf']).to.deep.equal([]);
    });
  }
});

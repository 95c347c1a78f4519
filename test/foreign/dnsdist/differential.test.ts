/** dnsdist itself against our explanation of its configuration. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { readDnsdist } from '../../../src/foreign/dnsdist/dnsdist.ts';
import { toPolicy } from '../../../src/foreign/foreign-policy.ts';
import { findPort } from '../../e2e/peers.ts';
import { cleanUp, describeWith, findProgram, makeFolder, Program } from '../../e2e/processes.ts';
import type { Upstream } from '../../world/upstream.ts';
import { Chance } from '../differential/chance.ts';
import { dnsdistConfiguration } from '../differential/dnsdist-configurations.ts';
import { difference, outcomeBy, outcomeOf, startResolution } from '../differential/outcome.ts';
import { questionsFor, show } from '../differential/question.ts';

const COUNT = Number(process.env['RCODE5_FOREIGN'] ?? 15);
const SEED = Number(process.env['RCODE5_FOREIGN_SEED'] ?? 1);

describeWith(['dnsdist'], 'dnsdist and our explanation of its configuration', () => {
  let upstream: Upstream;

  before(async () => {
    upstream = await startResolution();
    upstream.notesNames = true;
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
      const generated = dnsdistConfiguration(chance, { folder, port, upstream: upstream.port });
      for (const [file, text] of Object.entries(generated.files))
        writeFileSync(join(folder, file), text);
      const config = join(folder, 'dnsdist.lua');
      const program = new Program(
        findProgram('dnsdist')!,
        ['--supervised', '--disable-syslog', '-C', config],
        folder,
      );
      // It tells of its progress on standard output.
      await program.until('listening', () => /Listening on/.exec(program.stdout)?.[0]);
      const { policy } = toPolicy(config, readDnsdist(config));
      const differences: string[] = [];
      let id = 1;
      for (const asked of questionsFor(generated.names, chance)) {
        const ours = outcomeBy(policy, asked);
        const theirs = await outcomeOf(port, asked, { upstream, expected: ours, id: ++id });
        const how = difference(asked, theirs, ours);
        if (how !== undefined) differences.push(`${show(asked)}: dnsdist ${how} by ${ours.why}`);
      }
      await program.stop();
      const shown = [generated.files['dnsdist.lua'], generated.files['50-rules.conf']].join('\n');
      expect(differences, shown).to.deep.equal([]);
    });
  }
});

/** The tests of one server: each state as it was measured, and who is sure is right. */

import { expect } from 'chai';
import { passOver } from '../../world/needs.ts';
import { cleanUp, describeWith } from '../processes.ts';
import { measure, type Row, readMeasured, writeMeasured } from './measured.ts';
import { observeAll } from './observe.ts';
import type { Server } from './state.ts';

/** Set to `write`, what was measured takes the place of what is in the file. */
const { RCODE5_CAUSES: MODE } = process.env;

/** Starts the server once, and looks at all of its states. */
export function describeCauses(server: Server): void {
  const title = server.evaluation === undefined ? '' : ', other settings';
  describeWith(server.programs, `e2e: why ${server.server} refuses${title}`, () => {
    let rows: readonly Row[];

    before(async function () {
      if (!(server.isHere?.() ?? true)) passOver(this, `there is no ${server.server}`);
      rows = measure(server, await observeAll(server.states, await server.start()));
      if (MODE === 'write') writeMeasured(server, rows);
    });
    after(cleanUp);

    server.states.forEach(({ state, kind }, i) => {
      it(`is as measured: ${state}`, () => {
        const found = readMeasured().find((one) => {
          const isOf = one.server === server.server && one.evaluation === server.evaluation;
          return isOf && one.state === state;
        });
        const { version: _, ...known } = found!;
        const row = rows[i]!;
        // Who meets a limit depends on the moment.
        if (!kind.startsWith('rate limit')) expect(row).to.deep.equal(known);
        expect(row.wire).not.to.equal('');
      });
    });
  });
}

/** The tests of one server: each state as it was measured, and what may never happen. */

import { expect } from 'chai';
import { findingsOf } from '../../../src/diagnose/findings.ts';
import { cleanUp, describeWith } from '../processes.ts';
import { type Observed, observeAll, type RecordSays } from './observe.ts';
import type { Server, State } from './state.ts';

/** Either side's words about a state. */
interface Said {
  readonly verdict: string;
  readonly scope: string | null;
  readonly confidence: string;
}

/** Starts the server once, looks at all of its states, and holds what is said to what is true. */
export function describeCauses({ server, programs, start, states }: Server): void {
  describeWith(programs, `e2e: why ${server} refuses`, () => {
    let observed: Map<State, Observed>;

    before(async () => {
      observed = await observeAll(states, await start());
    });
    after(cleanUp);

    for (const state of states) {
      it(`is told in ${state.state}`, () => {
        const { first, later, probed, visit } = observed.get(state)!;
        const { verdict, scope, diagnosis } = state.truth;
        for (const record of [first, later, probed]) {
          expect(record !== undefined, 'a record of a refusal').to.equal(isRecorded(state, first));
          if (verdict !== undefined) expectSound(record, { verdict, scope });
        }
        if (diagnosis === 'none') return;
        const [finding] = findingsOf([visit]);
        expectSound(finding, { verdict: diagnosis ?? verdict!, scope });
      });
    }
  });
}

/** Of the states whose refusals never reach a record, some do now and then: with limits of rates. */
function isRecorded({ truth }: State, first: RecordSays | undefined): boolean {
  return truth.verdict === undefined ? first !== undefined : true;
}

/** Who is sure is right. */
function expectSound(said: Said | undefined, truth: { verdict: string; scope: string }): void {
  if (said?.confidence !== 'high') return;
  expect(said.verdict, JSON.stringify(said)).to.equal(truth.verdict);
  if (said.scope !== null) expect(said.scope, JSON.stringify(said)).to.equal(truth.scope);
}

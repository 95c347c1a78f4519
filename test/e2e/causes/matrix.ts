/** The tests of one server: each state as it was measured, and who is sure is right. */

import { isDeepStrictEqual } from 'node:util';
import { expect } from 'chai';
import { passOver } from '../../world/needs.ts';
import { IS_WHOLE } from '../../world/whole.ts';
import { cleanUp, describeWith } from '../processes.ts';
import { measure, type Row, readMeasured, writeMeasured } from './measured.ts';
import { LONG_SILENCE_MS, observeAll } from './observe.ts';
import type { Server, State } from './state.ts';

/** Set to `write`, what was measured takes the place of what is in the file. */
const { RCODE5_CAUSES: MODE } = process.env;

const TITLES = { 1: '', 2: ', other settings', 3: ', by TLS and HTTPS' } as const;

/** Starts the server once, and looks at all of its states. */
export function describeCauses(server: Server): void {
  const title = TITLES[server.evaluation ?? 1];
  const states = IS_WHOLE || MODE === 'write' ? server.states : oneOfEachKind(server.states);
  describeWith(server.programs, `e2e: why ${server.server} refuses${title}`, () => {
    let rows: readonly Row[];

    before(async function () {
      if (!(server.isHere?.() ?? true)) passOver(this, `there is no ${server.server}`);
      const ports = await server.start();
      const observed = await observeAll(states, ports);
      rows = measure({ ...server, states }, observed);
      if (MODE === 'write') return writeMeasured(server, rows);
      // On a busy machine an answer that is late looks like none: once more, with patience.
      const doubtful = states.filter((_, i) => !isAsKnown(server, rows[i]!));
      const again = await observeAll(doubtful, ports, LONG_SILENCE_MS);
      rows = measure({ ...server, states }, new Map([...observed, ...again]));
    });
    after(cleanUp);

    states.forEach(({ state, kind }, i) => {
      it(`is as measured: ${state}`, () => {
        const row = rows[i]!;
        const known = knownOf(server, state);
        // Who meets a limit depends on the moment.
        if (!kind.startsWith('rate limit')) expect(comparable(row, known)).to.deep.equal(known);
        expect(row.wire).not.to.equal('');
      });
    });
  });
}

/** The part of the matrix that runs where not the whole does. */
function oneOfEachKind(states: readonly State[]): readonly State[] {
  return states.filter(({ kind }, i) => states.findIndex((one) => one.kind === kind) === i);
}

function knownOf({ server, evaluation }: Server, state: string): Row {
  const found = readMeasured().find((one) => {
    return one.server === server && one.evaluation === evaluation && one.state === state;
  });
  const { version: _, ...known } = found!;
  return known;
}

function isAsKnown(server: Server, row: Row): boolean {
  const known = knownOf(server, row.state);
  return isDeepStrictEqual(comparable(row, known), known);
}

const SURENESS = ['low', 'medium', 'high'];

/**
 * The row, with what was measured once in the place of what differs by chance alone: who gets no
 * answer to a control question in time (BIND names itself a few times a second) is less sure of the
 * same; a dead server is found by an ICMP message, or by its silence.
 */
function comparable(row: Row, known: Row): Row {
  const made: Record<string, unknown> = { ...row };
  for (const side of ['first', 'later', 'probed'] as const) {
    if (isLessSure(row[side], known[side])) made[side] = known[side];
  }
  if (/EDE 2[23]\b/.test(row.wire) && /EDE 2[23]\b/.test(known.wire)) made['wire'] = known.wire;
  return made as unknown as Row;
}

function isLessSure(said: string | undefined, known: string | undefined): boolean {
  const [words = [], measured = []] = [said?.split(' '), known?.split(' ')];
  const isSame = words.slice(0, -1).join() === measured.slice(0, -1).join();
  return isSame && SURENESS.indexOf(words.at(-1)!) < SURENESS.indexOf(measured.at(-1)!);
}

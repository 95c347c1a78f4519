/** What was measured of each state, as the pages show it and the tests hold it. */

import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { findingsOf } from '../../../src/diagnose/findings.ts';
import type { Probe } from '../../../src/diagnose/probe.ts';
import { VERSION } from '../../../src/version.ts';
import type { Observed, RecordSays } from './observe.ts';
import { type Evaluation, isHeldOut, type Server, type State, type Truth } from './state.ts';

export const FILE = 'scripts/reference/measured-causes.ndjson';

/** `client-acl zone high`: what one side says. */
export type Words = string;

export interface Measured {
  readonly server: string;
  readonly version: string;
  readonly state: string;
  /** What the client sees. */
  readonly wire: string;
  readonly truth: Truth;
  readonly first?: Words;
  readonly later?: Words;
  readonly probed?: Words;
  /** Of a refusal, or of silence, when too much was asked at once. */
  readonly pressed?: Words;
  readonly diagnose?: Words;
  /** It was kept out of the making of the rules. */
  readonly isHeldOut: boolean;
  /** It belongs to a later evaluation. */
  readonly evaluation?: Evaluation;
  /** Measured once by hand: no test runs it. */
  readonly isByHand?: true;
}

/** A row without the version of who was measured. */
export type Row = Omit<Measured, 'version'>;

export function readMeasured(): Measured[] {
  const lines = readFileSync(FILE, 'utf8').trimEnd().split('\n');
  return lines.map((line) => JSON.parse(line));
}

/** The rows of one server, from what was observed just now. */
export function measure(of: Server, observed: ReadonlyMap<State, Observed>): Row[] {
  return of.states.map((state) => {
    const { first, later, probed, visit, pressed } = observed.get(state)!;
    const ask = visit.find(({ probe }) => probe === 'ask');
    return {
      server: of.server,
      state: state.state,
      wire:
        state.pressed !== undefined
          ? pressedWire(pressed)
          : ask === undefined
            ? wireOf(first)
            : wireOfProbe(ask),
      truth: state.truth,
      ...(state.truth.verdict === undefined
        ? {}
        : { first: wordsOf(first), later: wordsOf(later), probed: wordsOf(probed) }),
      ...(state.pressed === undefined ? {} : { pressed: pressedWords(pressed) }),
      ...(visit.length === 0 ? {} : { diagnose: wordsOf(findingsOf([visit])[0]) }),
      isHeldOut: of.evaluation !== undefined || isHeldOut(of.server, state.kind),
      ...(of.evaluation !== undefined && { evaluation: of.evaluation }),
    };
  });
}

/** Puts a server's rows in the place of those before. */
export function writeMeasured(of: Server, rows: readonly Row[]): void {
  const { server } = of;
  const version = versionOf(of);
  const others = readMeasured().filter((row) => {
    return row.server !== server || row.evaluation !== of.evaluation;
  });
  const made = rows.map(({ server: _, ...row }) => ({ server, version, ...row }));
  const all = [...others, ...made].sort((a, b) => a.server.localeCompare(b.server));
  writeFileSync(FILE, all.map((row) => `${JSON.stringify(row)}\n`).join(''));
}

type Said = Pick<RecordSays, 'verdict' | 'confidence'> & { readonly scope: string | null };

function wordsOf(
  said: Said | { verdict: string; scope: string | null; confidence: string } | undefined,
): Words {
  if (said === undefined) return '';
  return [said.verdict, ...(said.scope === null ? [] : [said.scope]), said.confidence].join(' ');
}

function pressedWire(said: Partial<RecordSays> | undefined): string {
  return said?.ede === undefined ? 'no answer' : wireOf(said as RecordSays);
}

/** Silence has a cause, and no scope or confidence: it may be too much load. */
function pressedWords(said: Partial<RecordSays> | undefined): Words {
  const { verdict, confidence, scope } = said ?? {};
  if (verdict === undefined) return '';
  return confidence === undefined || scope === undefined
    ? `${verdict} low`
    : `${verdict} ${scope} ${confidence}`;
}

function wireOf(record: RecordSays | undefined): string {
  return record === undefined ? '' : flagsOf({ ...record, rcode: 'REFUSED', hasQuestion: true });
}

function wireOfProbe(probe: Probe): string {
  return probe.silence ?? flagsOf(probe);
}

function flagsOf(
  answer: Pick<Probe, 'aa' | 'ra' | 'tc' | 'ede' | 'hasQuestion'> & { rcode?: string },
): string {
  const { rcode = '', aa, ra, tc, ede, hasQuestion } = answer;
  const errors = ede.map(({ code, text }) => {
    // Refs and ports are others each time.
    const shown = text.replace(/ref \S+/, 'ref …').replace(/127\.0\.0\.1:\d+/, '…');
    return shown === '' ? `EDE ${code}` : `EDE ${code} "${shown}"`;
  });
  const flags = [...(aa ? ['AA=1'] : []), `RA=${ra ? 1 : 0}`, ...(tc ? ['TC=1'] : [])];
  return [rcode, ...flags, ...(hasQuestion ? [] : ['12 octets']), ...errors].join(', ');
}

function versionOf({ debian, version }: Server): string {
  if (version !== undefined) return version;
  if (debian === undefined) return VERSION;
  const line = execFileSync('dpkg-query', ['-W', debian], { encoding: 'utf8' });
  const [, text = ''] = line.trim().split('\t');
  return text.replace(/^\d+:/, '').replace(/-.*$/, '');
}

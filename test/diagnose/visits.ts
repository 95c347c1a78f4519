/** Visits as tests write them: each probe with what is unusual about it. */

import type { Probe } from '../../src/diagnose/probe.ts';
import type { ProbeName } from '../../src/diagnose/question.ts';
import { Situation, type Visit } from '../../src/diagnose/situation.ts';
import { name } from '../world/messages.ts';

export const SERVER = '192.0.2.53:53';
export const SOURCE = '10.0.0.1';
export const NAME = 'www.example.com.';

/** What is usual about each probe. */
const USUAL: Readonly<Record<ProbeName, Partial<Probe>>> = {
  ask: {},
  tcp: { transport: 'tcp' },
  root: { name: '.', type: 'NS' },
  'no-rd': { rd: false },
  plain: { edns: false },
  'id.server': { name: 'id.server.', type: 'TXT', class: 'CH' },
  'version.bind': { name: 'version.bind.', type: 'TXT', class: 'CH' },
  localhost: { name: 'localhost.' },
  soa: { type: 'SOA', rd: false },
  'other-type': { type: 'TXT' },
  'type-at-root': { name: '.' },
  parent: { name: 'example.com.', type: 'SOA' },
  cd: { cd: true },
  burst: {},
  after: {},
};

/** A probe, and what came of it: NOERROR, RA=1 and one record unless said otherwise. */
export function probe(kind: ProbeName, parts: Partial<Probe> = {}): Probe {
  return {
    server: SERVER,
    source: SOURCE,
    probe: kind,
    again: false,
    name: NAME,
    type: 'A',
    class: 'IN',
    transport: 'udp',
    rd: true,
    edns: true,
    cd: false,
    ...(parts.silence === undefined ? { rcode: 'NOERROR' } : {}),
    aa: false,
    ra: parts.silence === undefined,
    tc: false,
    answers: parts.rcode === undefined && parts.silence === undefined ? 1 : 0,
    hasQuestion: true,
    hasOpt: true,
    ede: [],
    texts: [],
    ms: 1,
    ...USUAL[kind],
    ...parts,
  };
}

export const REFUSED = { rcode: 'REFUSED' } as const;
/** As a server refuses that does not recurse. */
export const REFUSED_RA0 = { rcode: 'REFUSED', ra: false } as const;
export const NO_ANSWER = { silence: 'no answer' } as const;
export const CLOSED = { silence: 'connection refused' } as const;

/** Parts of a probe by its name. */
export type Parts = Partial<Readonly<Record<ProbeName, Partial<Probe>>>>;

/** A visit, and what follows from it. */
export interface Case {
  readonly when: string;
  readonly parts: Parts;
  readonly verdict: string;
  readonly confidence: string;
}

/** The probes that every live server is asked, and those that `parts` adds. */
export function visitOf(parts: Parts, all: Partial<Probe> = {}): Visit {
  const usual: ProbeName[] = ['ask', 'tcp', 'root', 'no-rd', 'plain', 'id.server', 'version.bind'];
  const more = (Object.keys(parts) as ProbeName[]).filter((one) => !usual.includes(one));
  return [...usual, 'soa' as const, ...more.filter((one) => one !== 'soa')].map((kind) =>
    probe(kind, { ...all, ...parts[kind] }),
  );
}

/** A visit in which everything meets the same fate but for what `parts` says. */
export function allBut(fate: Partial<Probe>, parts: Parts = {}, all: Partial<Probe> = {}): Visit {
  const visit = visitOf(parts, all);
  return visit.map((one) =>
    parts[one.probe] === undefined ? probe(one.probe, { ...all, ...fate }) : one,
  );
}

export function situation(visit: Visit, siblings: Visit[] = [], others: Visit[] = []): Situation {
  return new Situation(visit, siblings, others);
}

/** The wire format of the name that everything is about. */
export const WIRE: Uint8Array = name(NAME);

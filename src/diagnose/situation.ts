/** The answers of one server to one source, its other answers, and those of others. */

import { programOf, programOfForm, programOfRefusal } from '../decision/programs.ts';
import { isEmpty, lastOf } from './plan.ts';
import { type Fate, fateOf, type Probe } from './probe.ts';
import type { ProbeName } from './question.ts';

/** All answers of one server to one source. */
export type Visit = readonly Probe[];

/** The place in its code. */
const KNOT_RESOLVER_TEXT = /^[0-9A-Z]{4}$/;

/** The visit that is judged, in its surroundings. */
export class Situation {
  readonly probes: Visit;
  /** The same server from other sources. */
  readonly siblings: readonly Visit[];
  /** Other servers, from any source. */
  readonly others: readonly Visit[];

  constructor(probes: Visit, siblings: readonly Visit[] = [], others: readonly Visit[] = []) {
    this.probes = probes;
    this.siblings = siblings;
    this.others = others;
  }

  get ask(): Probe {
    return this.last('ask')!;
  }

  get source(): string {
    return this.ask.source;
  }

  /** The last time that something was asked. */
  last(name: ProbeName): Probe | undefined {
    return lastOf(this.probes, name);
  }

  /** What a probe came to; undefined when it was not asked. */
  fate(name: ProbeName): Fate | undefined {
    const probe = this.last(name);
    return probe === undefined ? undefined : fateOf(probe);
  }

  /** Whether a probe got an answer that has something in it. */
  isAnswered(name: ProbeName): boolean {
    return this.fate(name) === 'answered' && !isEmpty(this.last(name)!);
  }

  /** What was asked of class IN and with RD, and so of whoever recurses. */
  get recursive(): readonly Probe[] {
    return this.probes.filter((one) => one.rd && one.class === 'IN' && one.burst === undefined);
  }

  /** Whether the server lets this source have nothing at all. */
  get isAllRefused(): boolean {
    return this.recursive.every((one) => fateOf(one) !== 'answered');
  }

  /** A zone for which it has answered with authority. */
  get heldZone(): string | undefined {
    return this.probes.find((one) => one.aa && one.class === 'IN' && one.soa !== undefined)?.soa;
  }

  /** Whether the name that was asked for is in that zone. */
  get holdsName(): boolean {
    const zone = this.heldZone;
    const name = this.ask.name.toLowerCase();
    return zone !== undefined && (zone === '.' || name === zone || name.endsWith(`.${zone}`));
  }

  get isTransfer(): boolean {
    return this.ask.type === 'AXFR' || this.ask.type === 'IXFR';
  }

  /** Either of the questions of class CHAOS, if it was answered. */
  get identity(): Probe | undefined {
    return this.probes.find((one) => one.class === 'CH' && fateOf(one) === 'answered');
  }

  /** Whether the questions of class CHAOS, which need no recursion and no zone, are refused. */
  get isIdentityRefused(): boolean {
    const asked = this.probes.filter((one) => one.class === 'CH');
    return asked.length > 0 && asked.every((one) => fateOf(one) === 'refused');
  }

  /** The answer to `version.bind`, for this source or another. */
  get version(): string | undefined {
    const visits = [this.probes, ...this.siblings];
    return visits.flatMap((visit) => lastOf(visit, 'version.bind')?.texts ?? [])[0];
  }

  /** The program, if the server names it, or what it sends has a form of its own. */
  get program(): string | undefined {
    const text = this.version ?? '';
    if (this.copiesRd) return 'dnsdist';
    if (this.probes.some(({ ede }) => ede.some((one) => KNOT_RESOLVER_TEXT.test(one.text)))) {
      return 'Knot Resolver';
    }
    const byNsid = this.probes.map(({ nsid }) => programOf('', nsid));
    const refused = this.probes.filter((one) => one.class === 'CH' && one.rcode === 'REFUSED');
    const byForm = [...refused.map(programOfRefusal), ...this.probes.map(programOfForm)];
    return programOf(text) ?? [...byNsid, ...byForm].find(Boolean);
  }

  /** RA is a copy of RD in refusals: so dnsdist writes what it answers by itself. */
  get copiesRd(): boolean {
    const noRd = this.last('no-rd');
    return this.ask.rd && this.ask.ra && noRd?.rcode === 'REFUSED' && !noRd.ra;
  }

  /** Whether it has answered a question with EDNS. */
  get takesEdns(): boolean {
    return this.probes.some((one) => one.class === 'IN' && one.edns && fateOf(one) === 'answered');
  }

  /** What is refused with EDNS is answered without, by a server that takes EDNS. */
  get isAnsweredAtTimes(): boolean {
    return this.fate('ask') === 'refused' && this.isAnswered('plain') && this.takesEdns;
  }

  /** Another source to which this server answers what it denies this one. */
  get answeredSibling(): Probe | undefined {
    return answered(this.siblings);
  }

  /** Another server that answers the question. */
  get answeredOther(): Probe | undefined {
    return answered(this.others);
  }
}

function answered(visits: readonly Visit[]): Probe | undefined {
  return visits
    .map((visit) => lastOf(visit, 'ask')!)
    .find((ask) => fateOf(ask) === 'answered' && !isEmpty(ask));
}

import { expect } from 'chai';
import fc from 'fast-check';
import { findingsOf, mainFinding } from '../../src/diagnose/findings.ts';
import { DIAGNOSES } from '../../src/diagnose/inference.ts';
import type { Probe } from '../../src/diagnose/probe.ts';
import { PROBES, type ProbeName } from '../../src/diagnose/question.ts';
import type { Visit } from '../../src/diagnose/situation.ts';
import {
  allBut,
  CLOSED,
  NO_ANSWER,
  probe,
  REFUSED,
  REFUSED_RA0,
  SERVER,
  SOURCE,
  visitOf,
} from './visits.ts';

const OTHER = '192.0.2.54:53';
const FRIEND = '10.0.0.2';

const FINE = visitOf({});
const DEAD: Visit = [probe('ask', CLOSED), probe('tcp', CLOSED), probe('root', CLOSED)];

function at(server: string, visit: Visit): Visit {
  return visit.map((one) => ({ ...one, server }));
}

function from(source: string, visit: Visit): Visit {
  return visit.map((one) => ({ ...one, source }));
}

describe('diagnose/findings of one server', () => {
  const cases = [
    {
      when: 'it refuses one source all and recurses for another',
      visits: [from(FRIEND, FINE), allBut(REFUSED_RA0)],
      finding: { verdict: 'client-acl', confidence: 'high', source: SOURCE },
    },
    {
      when: 'it refuses one source recursion, tells it its name, and recurses for another',
      visits: [allBut(REFUSED_RA0, { 'id.server': { texts: ['ns1'] } }), from(FRIEND, FINE)],
      finding: { verdict: 'no-recursion', confidence: 'medium', source: SOURCE },
    },
    {
      when: 'it is silent to one source and answers another',
      visits: [from(FRIEND, FINE), allBut(NO_ANSWER)],
      finding: { verdict: 'client-acl', confidence: 'medium', source: SOURCE },
    },
    {
      when: 'it has a rule for the name, for one source only',
      visits: [visitOf({ ask: REFUSED, tcp: REFUSED, plain: REFUSED }), from(FRIEND, FINE)],
      finding: { verdict: 'name-policy', confidence: 'medium', source: SOURCE },
    },
    {
      when: 'it answers all',
      visits: [FINE, from(FRIEND, FINE)],
      finding: { verdict: 'no-refusal', confidence: 'high', source: SOURCE },
    },
  ];
  for (const { when, visits, finding } of cases) {
    it(`is ${finding.verdict} when ${when}`, () => {
      const findings = findingsOf(visits);
      expect(findings).to.have.lengthOf(1);
      expect(findings[0]).to.include(finding);
      expect(findings[0]!.sources.map(({ source }) => source)).to.have.members([SOURCE, FRIEND]);
    });
  }
});

describe('diagnose/findings of several servers', () => {
  it('tells that another server answers the same', () => {
    const refusing = visitOf({ ask: REFUSED, tcp: REFUSED, plain: REFUSED });
    const [finding] = findingsOf([refusing, at(OTHER, FINE)]);
    expect(finding!.evidence).to.include(`${OTHER} answers the same: NOERROR, 1 record`);
  });

  const node = { nsid: 'ns-behind' };
  const prohibited = { ...REFUSED_RA0, ...node, ede: [{ code: 18, text: '' }] };

  it('finds the server behind by its identity, when it answers whom the other refuses', () => {
    const [finding] = findingsOf([allBut(prohibited), at(OTHER, visitOf({}, node))]);
    expect(finding).to.include({ verdict: 'upstream', confidence: 'high' });
    expect(finding!.summary).to.include(OTHER);
  });

  it('does not take one node at two addresses for two, when it answers another source', () => {
    const elsewhere = from(FRIEND, at(OTHER, visitOf({}, node)));
    const [finding] = findingsOf([allBut(prohibited), elsewhere]);
    expect(finding).to.include({ verdict: 'client-acl', confidence: 'high' });
  });

  it('lays the failure of a resolver to the refusal of another server, but not for sure', () => {
    const failing = visitOf({ ask: { rcode: 'SERVFAIL' }, root: { rcode: 'SERVFAIL' } });
    const [finding] = findingsOf([failing, at(OTHER, allBut(REFUSED_RA0))]);
    expect(finding).to.include({ verdict: 'upstream', confidence: 'medium' });
  });

  const mains = [
    { when: 'none refuses', visits: [FINE, at(OTHER, FINE)], server: SERVER },
    { when: 'the second refuses', visits: [FINE, at(OTHER, allBut(REFUSED))], server: OTHER },
    {
      when: 'the first is dead and the second refuses',
      visits: [DEAD, at(OTHER, allBut(REFUSED))],
      server: OTHER,
    },
    { when: 'the second is dead', visits: [FINE, at(OTHER, DEAD)], server: OTHER },
  ];
  for (const { when, visits, server } of mains) {
    it(`puts ${server === SERVER ? 'the first' : 'the second'} before the other when ${when}`, () => {
      expect(mainFinding(findingsOf(visits), visits).server).to.equal(server);
    });
  }
});

describe('diagnose/findings of whatever servers say', () => {
  const fates: readonly Partial<Probe>[] = [
    {},
    REFUSED,
    REFUSED_RA0,
    NO_ANSWER,
    CLOSED,
    { rcode: 'SERVFAIL' },
    { rcode: 'NXDOMAIN', aa: true },
    { rcode: 'FORMERR' },
    { tc: true, answers: 0 },
  ];
  const anyVisit = fc
    .dictionary(
      fc.constantFrom(...(Object.keys(PROBES) as ProbeName[])),
      fc.record({
        fate: fc.constantFrom(...fates),
        ede: fc.subarray([0, 14, 15, 18, 20, 31, 35]),
        again: fc.boolean(),
      }),
    )
    .map((parts) => {
      const probes = Object.entries(parts).map(([kind, { fate, ede, again }]) => {
        const errors = fate.silence === undefined ? ede.map((code) => ({ code, text: '' })) : [];
        return [kind, { ...fate, ede: errors, again }];
      });
      return visitOf(Object.fromEntries(probes));
    });

  it('have a verdict, and a way to settle it when it is not sure', () => {
    fc.assert(
      fc.property(anyVisit, anyVisit, (visit, other) => {
        const elsewhere = other.map((one) => ({ ...one, server: '192.0.2.54:53' }));
        for (const finding of findingsOf([visit, elsewhere])) {
          expect(DIAGNOSES).to.have.property(finding.verdict);
          expect(finding.evidence).to.not.be.empty;
          const isToSettle = finding.next.some((line) => line.startsWith('to be sure: '));
          expect(isToSettle).to.equal(finding.confidence !== 'high');
        }
      }),
    );
  });
});

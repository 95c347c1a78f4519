import { expect } from 'chai';
import fc from 'fast-check';
import { pino } from 'pino';
import { DECISION_FIELDS } from '../../src/decision/fields.ts';
import { LAYERS } from '../../src/decision/layers.ts';
import { ORIGINS, type Outcome } from '../../src/decision/outcome.ts';
import { ruleOf } from '../../src/decision/rule-of.ts';
import { UPSTREAM_VERDICTS } from '../../src/decision/upstream-refusal.ts';
import { ACTIONS, type Verdict } from '../../src/decision/verdict.ts';
import { RecordWriter } from '../../src/observe/record.ts';
import { formatName, lowerName } from '../../src/wire/name.ts';
import type { Query } from '../../src/wire/query.ts';
import { anyName, anyUint16 } from '../world/arbitraries.ts';
import { asked } from '../world/asked.ts';
import { outcome, refusal, verdict } from '../world/outcomes.ts';
import { CONTEXT, lineOf, pinoLineOf } from './records.ts';

const NOW = Date.parse('2026-11-20T23:00:00.123Z');
const FIELD_NAMES = DECISION_FIELDS.map(({ name }) => name);

/** Texts as an operator or an upstream may write them: any characters, none, quotes. */
const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.constantFrom('', '"', '\\', '\u0000\u001f\u007f\u2028', 'ä🥊', '{"level":10}\n'),
);

const anyRule = fc.record(
  {
    id: anyText,
    file: anyText,
    line: fc.nat(),
    implicit: fc.boolean(),
    owner: anyText,
    reason: anyText,
  },
  { requiredKeys: ['id', 'file', 'line', 'implicit'] },
);

const anyVerdict: fc.Arbitrary<Verdict> = fc
  .record(
    {
      layer: fc.constantFrom(...LAYERS),
      action: fc.constantFrom(...ACTIONS),
      rule: anyRule,
      ede: fc.nat(40),
      named: fc.boolean(),
      hint: fc.option(anyText, { nil: undefined }).map((text) => () => text),
    },
    { requiredKeys: ['layer', 'action', 'rule'] },
  )
  .map(verdict);

const anyAttempts = fc.array(
  fc.record({
    upstream: anyText,
    transport: fc.constantFrom('udp' as const, 'tcp' as const),
    result: anyText,
    rttMs: fc.double({ min: 0, max: 1e5, noNaN: true }),
  }),
  { maxLength: 3 },
);

const anyRefusal = fc
  .record({
    aa: fc.boolean(),
    tc: fc.boolean(),
    ede: fc.array(fc.record({ code: anyUint16, text: anyText }), { maxLength: 2 }),
    verdict: fc.constantFrom(...UPSTREAM_VERDICTS),
    evidence: anyText,
  })
  .map(refusal);

const anyOutcome: fc.Arbitrary<Outcome> = fc
  .record(
    {
      verdict: anyVerdict,
      origin: fc.constantFrom(...ORIGINS),
      rcode: fc.nat(4095),
      ref: fc.constantFrom('', 'k3f9x-1'),
      group: fc.integer({ min: -1, max: 1 }),
      upstream: anyText,
      rttMs: fc.double({ min: 0, max: 1e5, noNaN: true }),
      refusal: anyRefusal,
      attempts: anyAttempts,
    },
    { requiredKeys: ['verdict', 'origin', 'rcode', 'ref', 'group'] },
  )
  .map(({ verdict: decided, ...parts }) => outcome(decided, parts));

const anyQuery = fc.record({
  owner: anyName,
  parts: fc.record({
    id: anyUint16,
    flags: anyUint16.map((flags) => flags & 0x0170),
    opcode: fc.nat(15),
    type: anyUint16,
    rrClass: anyUint16,
    address: fc.oneof(
      fc.tuple(fc.nat(0xffffffff)),
      fc.array(fc.nat(0xffffffff), { minLength: 4, maxLength: 4 }),
    ),
    port: anyUint16,
    transport: fc.constantFrom('udp' as const, 'tcp' as const),
    receivedAt: fc.double({ min: NOW - 1e4, max: NOW, noNaN: true }),
  }),
  depth: fc.nat(128),
  match: fc.record({ wildcard: fc.boolean(), line: fc.nat() }),
});

type QueryParts = typeof anyQuery extends fc.Arbitrary<infer T> ? T : never;

function queryOf({ owner, parts, depth, match }: QueryParts): Query {
  const query = asked(owner, parts);
  Object.assign(query.match, match, { depth: depth % (query.labels + 1) });
  return query;
}

describe('observe/record of whatever query', () => {
  it('is one line, equal to the line that pino would write', () => {
    fc.assert(
      fc.property(anyQuery, anyOutcome, (parts, ended) => {
        const line = lineOf(queryOf(parts), ended, NOW);
        expect(line.indexOf('\n')).to.equal(line.length - 1);
        const record = JSON.parse(line);
        const names = Object.keys(record);
        expect(names).to.deep.equal(FIELD_NAMES.filter((name) => name in record));
        expect(line).to.equal(pinoLineOf(record));
      }),
      { numRuns: 200 },
    );
  });

  it('tells the name, the rule and the texts as they are', () => {
    fc.assert(
      fc.property(anyQuery, anyOutcome, (parts, ended) => {
        const query = queryOf(parts);
        const record = JSON.parse(lineOf(query, ended, NOW));
        const { id, file, owner, reason, line } = ruleOf(ended.verdict, query);
        expect(record.qname).to.equal(formatName(query.name));
        expect(record.rule).to.include({ line });
        expect(record.rule.id).to.equal(id);
        expect(record.rule.file).to.equal(file);
        expect(record.rule.owner).to.equal(owner);
        expect(record.rule.reason).to.equal(reason);
        expect(record.hint).to.equal(ended.verdict.hint?.(query));
        expect(record.upstream?.address).to.equal(ended.upstream);
        expect(record.group).to.equal(CONTEXT.groups[ended.group]);
      }),
      { numRuns: 100 },
    );
  });

  it('tells the name in lower case', () => {
    fc.assert(
      fc.property(anyName, (wire) => {
        const record = JSON.parse(lineOf(asked(wire), outcome(verdict()), NOW));
        expect(record.qname).to.equal(formatName(lowerName(wire)));
      }),
      { numRuns: 50 },
    );
  });
});

describe('observe/record RecordWriter', () => {
  const query = asked('www.example.com', { receivedAt: NOW });
  const ended = outcome(verdict());

  /** The times of records that one writer writes at these moments. */
  function times(moments: readonly number[]): string[] {
    const writer = new RecordWriter();
    for (const now of moments) writer.record(query, ended, now);
    const lines = writer.octets.toString('utf8', 0, writer.length).trimEnd().split('\n');
    return lines.map((line) => JSON.parse(line).time);
  }

  it('tells milliseconds, rounded down, into the next second and back', () => {
    const start = Date.parse('2026-12-31T23:59:59.000Z');
    const moments = [0, 0.9, 7.5, 42, 999.999, 1000, 1000.4, 1999, 999];
    expect(times(moments.map((after) => start + after))).to.deep.equal([
      '2026-12-31T23:59:59.000Z',
      '2026-12-31T23:59:59.000Z',
      '2026-12-31T23:59:59.007Z',
      '2026-12-31T23:59:59.042Z',
      '2026-12-31T23:59:59.999Z',
      '2027-01-01T00:00:00.000Z',
      '2027-01-01T00:00:00.000Z',
      '2027-01-01T00:00:00.999Z',
      '2026-12-31T23:59:59.999Z',
    ]);
  });

  it('tells the time as pino does', () => {
    const { now } = Date;
    const anyMoment = fc.integer({ min: 0, max: Date.parse('2100-01-01T00:00:00Z') });
    try {
      fc.assert(
        fc.property(fc.array(anyMoment, { minLength: 1, maxLength: 5 }), (moments) => {
          const expected = moments.map((moment) => {
            Date.now = () => moment;
            return pino.stdTimeFunctions.isoTime();
          });
          expect(times(moments).map((time) => `,"time":"${time}"`)).to.deep.equal(expected);
        }),
        { numRuns: 50 },
      );
    } finally {
      Date.now = now;
    }
  });

  it('appends records, whoever is the context of each', () => {
    const writer = new RecordWriter();
    for (const node of ['ns1', 'ns2 "the second"']) {
      writer.context = { ...CONTEXT, node };
      writer.record(query, ended, NOW);
    }
    const expected = ['ns1', 'ns2 "the second"'].map((node) =>
      lineOf(query, ended, NOW, { ...CONTEXT, node }),
    );
    expect(writer.octets.toString('utf8', 0, writer.length)).to.equal(expected.join(''));
  });
});

import { expect } from 'chai';
import fc from 'fast-check';
import { NO_RULE, RuleTable } from '../../../src/policy/rules/rule-table.ts';
import { asked } from '../../world/asked.ts';
import { name, TYPE } from '../../world/messages.ts';

interface Line {
  readonly labels: readonly string[];
  readonly wildcard: boolean;
  readonly types: readonly number[] | undefined;
}

const anyLabels = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 4 });
const anyType = fc.constantFrom(TYPE.A, TYPE.MX, TYPE.TXT);
const anyLine: fc.Arbitrary<Line> = fc.record({
  labels: anyLabels,
  wildcard: fc.boolean(),
  types: fc.option(fc.array(anyType, { maxLength: 2 }), { nil: undefined }),
});

const text = (labels: readonly string[]) => `${labels.join('.')}.`;

/** A table of these lines, each with its position as code; of two for one name, the first. */
function compile(lines: readonly Line[]): RuleTable {
  const table = new RuleTable();
  for (const [i, { labels, wildcard, types }] of lines.entries()) {
    const entry = table.entry(name(text(labels)), wildcard);
    if (table.isSet(entry)) continue;
    table.set(entry, i, i + 1);
    if (types !== undefined) table.setTypes(entry, new Set(types));
  }
  return table;
}

/** The line that decides, found by trying all: the exact name, then the longest wildcard. */
function decides(lines: readonly Line[], labels: readonly string[], type: number): number {
  const first = lines.filter(
    (line, i) =>
      lines.findIndex(
        (o) => text(o.labels) === text(line.labels) && o.wildcard === line.wildcard,
      ) === i,
  );
  const matching = first
    .filter(({ types }) => types === undefined || types.includes(type))
    .filter((line) => {
      const below = labels.length > line.labels.length;
      const suffix = labels.slice(labels.length - line.labels.length);
      const isSuffix = labels.length >= line.labels.length && text(suffix) === text(line.labels);
      return isSuffix && line.wildcard === below;
    });
  const best = matching.sort((a, b) => b.labels.length - a.labels.length)[0];
  return best === undefined ? NO_RULE : lines.indexOf(best);
}

describe('policy/rule-table', () => {
  it('finds the exact name, then the wildcard with the most labels, of those for the type', () => {
    fc.assert(
      fc.property(
        fc.array(anyLine, { maxLength: 12 }),
        anyLabels,
        anyType,
        (lines, labels, type) => {
          const table = compile(lines);
          const query = asked(text(labels), { type });
          const code = table.find(query, query);
          expect(code).to.equal(decides(lines, labels, type));
          expect(new RuleTable(table.image).find(query, query)).to.equal(code);
          if (code === NO_RULE) return;
          const { depth, wildcard, line } = query.match;
          expect(labels.slice(depth)).to.deep.equal(lines[code]!.labels);
          expect({ wildcard, line }).to.deep.equal({
            wildcard: lines[code]!.wildcard,
            line: code + 1,
          });
        },
      ),
    );
  });

  it('keeps the lines and codes of many rules', () => {
    const table = new RuleTable();
    for (let i = 0; i < 500; i++) table.set(table.entry(name(`n${i}.example`), false), i, 2 * i);
    expect(table.count).to.equal(500);
    for (const [code, owner] of ['n0.example', 'n499.example'].entries()) {
      const query = asked(owner);
      expect(table.find(query, query)).to.equal(code * 499);
      expect(query.match.line).to.equal(code * 998);
      expect(table.lineOf(query.match.entry)).to.equal(code * 998);
    }
  });

  it('has the records of a rule, in the order in which they were added', () => {
    const table = new RuleTable();
    const entry = table.entry(name('a.example'), false);
    const records = [1, 2].map((octet) => ({ type: 1, ttl: 30, rdata: Uint8Array.of(octet) }));
    for (const record of records) table.addRecord(entry, record);
    expect(table.recordsOf(entry)).to.deep.equal(records);
    expect(table.recordsOf(table.entry(name('b.example'), false))).to.deep.equal([]);
    expect(new RuleTable(table.image).recordsOf(entry)).to.deep.equal(records);
  });

  it('has no rule in an empty table', () => {
    const nobody = asked('a.example');
    expect(new RuleTable().find(nobody, nobody)).to.equal(NO_RULE);
  });
});

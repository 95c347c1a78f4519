/** Lines of decision logs as they come, and as they should not: for properties. */

import fc from 'fast-check';
import { recordLine } from './written-log.ts';

const fields = fc.record(
  {
    qname: fc.constantFrom(
      'www.example.net.',
      'WWW.Example.NET.',
      'a\\032b.example.com.',
      'ü.example.',
    ),
    client: fc.constantFrom('10.0.1.1', '2001:db8::1', 'not an address'),
    policy: fc.constantFrom('3f2a9c11', '7b00aa12'),
    event: fc.constantFrom('refused', 'blocked', 'no event'),
    layer: fc.constantFrom('acl', 'policy', 7),
    upstream: fc.constantFrom(
      { address: '192.0.2.1:53', verdict: 'client-acl', ede: [{ code: 18, text: 'no' }] },
      { address: 5 },
      {},
    ),
    attempts: fc.constantFrom(
      [{ address: '192.0.2.1:53', rcode: 'REFUSED' }],
      [],
      [{}],
      [7],
      'none',
    ),
    rule: fc.constantFrom(
      { id: 'built-in default', file: '<built-in>', implicit: true },
      { id: 'a/b', file: 'b.yaml', line: 77 },
      { id: 5 },
      null,
    ),
    time: fc.constantFrom('2026-11-20T22:05:00.000Z', '2026-02-30T00:00:00.000Z', 'noon'),
    hint: fc.constantFrom('near', 'a "quoted" one', '\u0000'),
  },
  { requiredKeys: [] },
);

/** A record, mostly with something unusual in it. */
const anyRecord = fc
  .tuple(fc.integer({ min: 0, max: 3599 }), fields)
  .map(([i, own]) => recordLine(i, own));

const summary = fc
  .integer({ min: 1, max: 40 })
  .map((count) => recordLine(9, { event: 'summary', of: 'refused', count, client: '10.0.1.0/24' }));

/** The same record, written in another way. */
const rewritten = fc.tuple(anyRecord, fc.nat(7)).map(([line, how]) => {
  const record = JSON.parse(line);
  const reversed = Object.fromEntries(Object.entries(record).reverse());
  const ways = [
    () => JSON.stringify(reversed),
    () => line.replaceAll('example', '\\u0065xample'),
    () => line.replace('"client"', '"cl\\u0069ent"'),
    () => line.replace('}', ',"qname":"last.example.net."}'),
    () => line.replace('{', '{"layer":"acl",'),
    () => ` ${line}\r`,
    () => line.replaceAll(':', ' : '),
    () => line.replace('"level":40', '"level":4.5e1,"more":{"a":[1,{"b":null}],"c":[]}'),
  ];
  return ways[how]!();
});

const torn = fc
  .tuple(anyRecord, fc.double({ min: 0, max: 1, noNaN: true }))
  .map(([line, share]) => line.slice(0, Math.floor(line.length * share)));
/** The disk was full, and then it was not. */
const joined = fc.tuple(torn, anyRecord).map(([half, line]) => half + line);
const huge = fc.constantFrom('x'.repeat(5000), `{"long":"${'y'.repeat(9000)}"}`);
const lost = fc.constant(
  '{"level":50,"time":"x","event":"lost","records":3,"msg":"3 records are lost"}',
);

export const anyLines: fc.Arbitrary<string[]> = fc.array(
  fc
    .oneof(
      { weight: 8, arbitrary: anyRecord },
      { weight: 3, arbitrary: rewritten },
      ...[summary, torn, joined, huge, lost].map((arbitrary) => ({ weight: 1, arbitrary })),
      { weight: 1, arbitrary: fc.constantFrom('', '   ', '{}', 'null', '[]', '{"level":40}', '{') },
      { weight: 1, arbitrary: fc.string() },
    )
    .map((line) => line.replaceAll('\n', ' ')),
  { maxLength: 25 },
);

import { expect } from 'chai';
import fc from 'fast-check';
import { AssertionRecorder } from '../../src/cli/logs/record-assertions.ts';
import { parseAssertions } from '../../src/explain/assertion-file.ts';
import { findFailures } from '../../src/explain/assertions.ts';
import { parseDecision } from '../../src/observe/decision-filter.ts';
import { writeAnswer } from '../world/answer-text.ts';
import { writeQuery } from '../world/query-text.ts';
import { Stage } from '../world/stage.ts';

const CONFIG = `
clientGroups: { office: [10.20.0.0/16] }
acl:
  query: { office: allow, 10.20.99.0/24: refuse, 10.21.0.0/16: truncate, 10.22.0.0/16: drop, 10.30.0.0/16: allow }
  recursion: { office: allow }
  transfer: { 10.20.0.5: allow }
policies:
  - name: house
    rules: { "*.bad.example": refuse, bad.example: nxdomain, silent.example: drop, walled.example: { answer: [192.0.2.7] } }
  - { name: trial, mode: shadow, rules: { "*.example": refuse } }
views:
  guests: { clients: [10.30.0.0/16], recursion: allow, policies: [] }
upstreams: { default: { servers: [192.0.2.1] }, corp: { servers: [192.0.2.2] } }
routes: { example: default, corp.example: corp }
`;

const anyQuestion = fc.record({
  client: fc.constantFrom(
    '10.20.0.1',
    '10.20.0.5',
    '10.20.99.9',
    '10.21.0.1',
    '10.22.0.1',
    '10.30.0.1',
    '192.0.2.77',
  ),
  name: fc.constantFrom(
    'example',
    'bad.example',
    'www.bad.example',
    'silent.example',
    'walled.example',
    'a.corp.example',
    'org',
    'onion',
    'id.server',
  ),
  type: fc.constantFrom('A', 'AAAA', 'ANY', 'AXFR', 'SOA', 'TXT', 'TYPE65280'),
  class: fc.constantFrom('IN', 'IN', 'CH', 'HS'),
  opcode: fc.constantFrom('QUERY', 'QUERY', 'NOTIFY', 'UPDATE', 'STATUS'),
  rd: fc.boolean(),
  transport: fc.constantFrom('udp' as const, 'tcp' as const),
  rcode: fc.constantFrom('NOERROR', 'REFUSED', 'SERVFAIL', 'NXDOMAIN'),
});

describe('assertions that were recorded', () => {
  let stage: Stage;
  before(() => {
    stage = new Stage(CONFIG, {});
  });
  after(() => stage?.close());

  it('hold for the policy that made the decisions', () => {
    const recorder = new AssertionRecorder();
    fc.assert(
      fc.property(anyQuestion, ({ rd, rcode, ...words }) => {
        const { client: address, transport } = words;
        stage.query(writeQuery({ ...words, flags: rd ? 'rd' : '' }, 1), {
          address,
          port: 40_000,
          transport,
        });
        for (let asked = stage.asked.pop(); asked !== undefined; asked = stage.asked.pop()) {
          stage.answer(writeAnswer({ rcode }, asked.octets), asked);
        }
        recorder.add(parseDecision(JSON.stringify(stage.records.at(-1)))!);
      }),
      { numRuns: 300 },
    );
    const text = recorder.write();
    const assertions = parseAssertions('recorded.yaml', text, {});
    expect(assertions).to.have.lengthOf.above(30);
    const failures = findFailures(stage.serving.policy, assertions, stage.now);
    expect(
      failures.map(({ assertion, mismatches }) => ({ ...assertion, mismatches })),
    ).to.deep.equal([]);
  });
});

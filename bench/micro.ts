/**
 * What the parts of the hot path cost: nanoseconds to read, bytes against a budget. Exits with 1
 * when an operation allocates more than it may.
 */

import { parseConfig } from '../src/config/config.ts';
import type { Outcome } from '../src/decision/outcome.ts';
import { RecordWriter } from '../src/observe/record.ts';
import { compilePolicy } from '../src/policy/compile.ts';
import { judge } from '../src/policy/layer.ts';
import { Replies } from '../src/reply.ts';
import { parseName } from '../src/wire/name.ts';
import { Query } from '../src/wire/query.ts';
import { Rcode, RrClass, RrType } from '../src/wire/registry.ts';
import { formatRequest } from '../src/wire/request.ts';
import { assertSees, type Measured, measure } from './measure.ts';

/** A few bytes of noise for each operation: what the measurement itself takes. */
const NOTHING = 8;

const CONFIG = `
listen: ["127.0.0.1:0"]
acl: { query: { 127.0.0.0/24: allow, 127.0.1.0/24: refuse, 10.0.0.0/8: allow } }
upstreams: { default: { servers: [192.0.2.1] } }
policies:
  - name: house
    rules: { "*.gambling.example": refuse, tracker.example: nxdomain }
`;

const policy = compilePolicy(parseConfig('bench.yaml', CONFIG), 'bench');
const request = formatRequest({
  id: 1,
  name: parseName('www.some.example.com') as Uint8Array,
  type: RrType.A,
  rrClass: RrClass.IN,
});
const buffer = new Uint8Array(0x10000);

function queryFrom(client: number): Query {
  const query = new Query();
  query.address[0] = client;
  buffer.set(request);
  query.parse(buffer, request.length);
  return query;
}

const allowed = queryFrom(0x7f000001);
const denied = queryFrom(0x7f000101);
const verdict = judge(policy.views[0]!.layers, denied)!;
const outcome: Outcome = {
  verdict,
  origin: 'local',
  rcode: Rcode.REFUSED,
  ref: 'bench-1',
  group: -1,
  upstream: undefined,
  rttMs: 0,
  refusal: undefined,
  attempts: [],
  aliases: undefined,
  chased: undefined,
};
const replies = new Replies();
const writer = new RecordWriter();

assertSees();

const results: Measured[] = [
  measure('parse a query', NOTHING, () => {
    buffer.set(request);
    allowed.parse(buffer, request.length);
  }),
  measure('judge: pass all layers', NOTHING, () => {
    judge(policy.views[0]!.layers, allowed);
  }),
  measure('judge: refuse by acl', NOTHING, () => {
    judge(policy.views[0]!.layers, denied);
  }),
  measure('parse, judge, write REFUSED', NOTHING, () => {
    buffer.set(request);
    denied.parse(buffer, request.length);
    judge(policy.views[0]!.layers, denied);
    replies.writeVerdict(denied, outcome);
  }),
  measure('write a decision record', 64, () => {
    writer.length = 0;
    writer.record(denied, outcome, 1_800_000_000_000);
  }),
];

for (const { name, nanoseconds, bytes, budget } of results) {
  const isOver = bytes > budget;
  const state = isOver ? `over its budget of ${budget}` : `of ${budget}`;
  console.log(
    `${name.padEnd(30)} ${nanoseconds.toFixed(0).padStart(6)} ns ${bytes.toFixed(1).padStart(8)} B ${state}`,
  );
  if (isOver) process.exitCode = 1;
}
